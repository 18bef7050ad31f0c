#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the *.golden files beside this program. It writes them anew:

    python3 core/testdata/make_goldens.py

Trains a few small models on minerals.txt with a scalar autograd and Python's
own `random`, and writes down all that our C++ must reproduce: the gradient of
the first step, the loss of every step, the final parameters, and samples drawn
on from where training left the generator. Standard library only, and nothing
in common with the C++ code but the definition of the algorithm. The files in
the repository were made by CPython 3.11; takes a few minutes.

A .golden file is text: `setting value` lines; then `losses N`, N numbers, one
a line; `gradient NAME ROWS COLS` for every tensor, a row a line; `parameter
NAME ROWS COLS` likewise; `samples N`, N lines. Numbers have 17 digits.
"""

import math
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULTS = dict(n_layer=1, n_embd=16, n_head=4, block_size=16, steps=1000,
                batch_size=1, optimizer='adam', learning_rate=0.01, seed=42)
GOLDENS = {
    'default': dict(steps=60),
    'deep': dict(n_embd=32, n_layer=2, block_size=8, steps=20),
    'batch': dict(batch_size=4, n_embd=12, n_head=3, steps=15),
    'sgd': dict(optimizer='sgd', learning_rate=0.1, n_embd=8, n_head=2,
                steps=40),
}


class Value:
    """A number with the numbers it was made of and its slope by each."""

    __slots__ = ('data', 'grad', 'parents')

    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents

    def __add__(self, other):
        if not isinstance(other, Value):
            return Value(self.data + other, ((self, 1.0),))
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        if not isinstance(other, Value):
            return Value(self.data * other, ((self, other),))
        return Value(self.data * other.data,
                     ((self, other.data), (other, self.data)))

    def power(self, n):
        return Value(self.data ** n, ((self, n * self.data ** (n - 1)),))

    def exp(self):
        e = math.exp(self.data)
        return Value(e, ((self, e),))

    def log(self):
        return Value(math.log(self.data), ((self, 1 / self.data),))

    def relu(self):
        return Value(max(self.data, 0.0), ((self, float(self.data > 0)),))

    def backward(self):
        """Adds the derivative of this number to the grad of all before it."""
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            value, parents_done = stack.pop()
            if parents_done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                stack.append((value, True))
                stack.extend((parent, False) for parent, _ in value.parents)
        self.grad = 1.0
        for value in reversed(order):
            for parent, slope in value.parents:
                parent.grad += slope * value.grad


def total(values):
    result = values[0]
    for value in values[1:]:
        result = result + value
    return result


def dot(a, b):
    return total([x * y for x, y in zip(a, b)])


def linear(w, x):
    return [dot(row, x) for row in w]


def add(x, y):
    return [a + b for a, b in zip(x, y)]


def rmsnorm(x):
    scale = (dot(x, x) * (1 / len(x)) + 1e-5).power(-0.5)
    return [value * scale for value in x]


def softmax(x):
    largest = max(value.data for value in x)
    exps = [(value + -largest).exp() for value in x]
    inverse = total(exps).power(-1)
    return [e * inverse for e in exps]


def make_parameters(config, vocab_size):
    """All tensors, [out][in], drawn in this order from gauss(0, 0.08)."""
    n_embd = config['n_embd']
    shapes = {'wte': (vocab_size, n_embd),
              'wpe': (config['block_size'], n_embd),
              'lm_head': (vocab_size, n_embd)}
    for layer in range(config['n_layer']):
        for name in ('attn_wq', 'attn_wk', 'attn_wv', 'attn_wo'):
            shapes[f'layer{layer}.{name}'] = (n_embd, n_embd)
        shapes[f'layer{layer}.mlp_fc1'] = (4 * n_embd, n_embd)
        shapes[f'layer{layer}.mlp_fc2'] = (n_embd, 4 * n_embd)
    return {name: [[Value(random.gauss(0, 0.08)) for _ in range(cols)]
                   for _ in range(rows)]
            for name, (rows, cols) in shapes.items()}


def attend(q, keys, values, n_head):
    size = len(q) // n_head
    out = []
    for begin in range(0, len(q), size):
        head = slice(begin, begin + size)
        weights = softmax([dot(q[head], key[head]) * (1 / size ** 0.5)
                           for key in keys])
        out += [dot(weights, column)
                for column in zip(*[value[head] for value in values])]
    return out


def gpt(config, w, token, position, cache):
    """Logits of the next token. cache: (keys, values) for every layer."""
    x = rmsnorm(add(w['wte'][token], w['wpe'][position]))
    for i, (keys, values) in enumerate(cache):
        layer = f'layer{i}.'
        a = rmsnorm(x)
        keys.append(linear(w[layer + 'attn_wk'], a))
        values.append(linear(w[layer + 'attn_wv'], a))
        mixed = attend(linear(w[layer + 'attn_wq'], a), keys, values,
                       config['n_head'])
        x = add(x, linear(w[layer + 'attn_wo'], mixed))
        hidden = linear(w[layer + 'mlp_fc1'], rmsnorm(x))
        x = add(x, linear(w[layer + 'mlp_fc2'], [h.relu() for h in hidden]))
    return linear(w['lm_head'], x)


def empty_cache(config):
    return [([], []) for _ in range(config['n_layer'])]


def mean_loss(config, w, batch):
    losses = []
    for tokens in batch:
        cache = empty_cache(config)
        for i in range(min(config['block_size'], len(tokens) - 1)):
            p = softmax(gpt(config, w, tokens[i], i, cache))
            losses.append(p[tokens[i + 1]].log() * -1.0)
    return total(losses) * (1 / len(losses))


def update(config, step, numbers, m, v):
    rate = config['learning_rate'] * (1 - step / config['steps'])
    for i, p in enumerate(numbers):
        if config['optimizer'] == 'sgd':
            p.data -= rate * p.grad
        else:
            m[i] = 0.85 * m[i] + (1 - 0.85) * p.grad
            v[i] = 0.99 * v[i] + (1 - 0.99) * p.grad ** 2
            m_hat = m[i] / (1 - 0.85 ** (step + 1))
            v_hat = v[i] / (1 - 0.99 ** (step + 1))
            p.data -= rate * m_hat / (v_hat ** 0.5 + 1e-8)
        p.grad = 0.0


def sample(config, w, characters, temperature=0.5):
    bos = token = len(characters)
    cache, text = empty_cache(config), ''
    for position in range(config['block_size']):
        logits = gpt(config, w, token, position, cache)
        p = softmax([value * (1 / temperature) for value in logits])
        token = random.choices(range(bos + 1), [value.data for value in p])[0]
        if token == bos:
            break
        text += characters[token]
    return text


def tensor_lines(kind, w, number):
    for name, rows in w.items():
        yield f'{kind} {name} {len(rows)} {len(rows[0])}'
        for row in rows:
            yield ' '.join(f'{number(value):.17g}' for value in row)


def golden_lines(config, documents):
    yield '# Made by: python3 core/testdata/make_goldens.py'
    for key, value in config.items():
        yield f'{key} {value}'

    random.seed(config['seed'])
    documents = list(documents)
    random.shuffle(documents)
    characters = sorted(set(''.join(documents)))
    bos = len(characters)
    w = make_parameters(config, bos + 1)
    numbers = [value for rows in w.values() for row in rows for value in row]
    m, v = [0.0] * len(numbers), [0.0] * len(numbers)

    losses, gradient = [], None
    for step in range(config['steps']):
        first = step * config['batch_size']
        batch = [documents[(first + i) % len(documents)]
                 for i in range(config['batch_size'])]
        loss = mean_loss(config, w, [
            [bos] + [characters.index(c) for c in text] + [bos]
            for text in batch])
        loss.backward()
        losses.append(f'{loss.data:.17g}')
        gradient = gradient or list(
            tensor_lines('gradient', w, lambda value: value.grad))
        update(config, step, numbers, m, v)

    yield f'losses {len(losses)}'
    yield from losses
    yield from gradient
    yield from tensor_lines('parameter', w, lambda value: value.data)
    yield 'samples 20'
    for _ in range(20):
        yield sample(config, w, characters)


def main():
    path = os.path.join(HERE, 'minerals.txt')
    with open(path, encoding='utf-8') as file:
        documents = [line.strip() for line in file if line.strip()]
    for name, settings in GOLDENS.items():
        path = os.path.join(HERE, name + '.golden')
        with open(path, 'w', encoding='utf-8', newline='\n') as file:
            for line in golden_lines({**DEFAULTS, **settings}, documents):
                print(line, file=file)
        print(path)


if __name__ == '__main__':
    main()
