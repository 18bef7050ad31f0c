#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes deep.trace beside this program:

    python3 core/testdata/make_trace.py

What a text does inside the model that deep.golden ends with: the attention of
every head, the neurons of every layer, the logits. In plain loops over Python's
floats, with nothing in common with the C++ code, nor with make_goldens.py, but
the definition of the algorithm. Standard library only.

The file is text: `text TEXT`; then `weights LAYER HEAD N`, N rows (queries) of
N numbers (keys); `hidden LAYER N`, N rows, before ReLU; `logits N`, N rows.
Numbers have 17 digits.
"""

import math
import os

HERE = os.path.dirname(os.path.abspath(__file__))
TEXT = 'apatit'  # of the alphabet of minerals.txt


def read(name):
    """Settings and parameters of a .golden file."""
    settings, tensors = {}, {}
    with open(os.path.join(HERE, name + '.golden'), encoding='utf-8') as file:
        for line in file:
            word, *rest = line.split() or ['']
            if word == 'parameter':
                tensors[rest[0]] = [[float(x) for x in next(file).split()]
                                    for _ in range(int(rest[1]))]
            elif len(rest) == 1:
                settings[word] = rest[0]
    return settings, tensors


def alphabet():
    with open(os.path.join(HERE, 'minerals.txt'), encoding='utf-8') as file:
        return sorted({c for line in file for c in line.strip()})


def times(matrix, x):
    return [math.fsum(a * b for a, b in zip(row, x)) for row in matrix]


def normed(x):
    return [a / math.sqrt(math.fsum(b * b for b in x) / len(x) + 1e-5)
            for a in x]


def shares(scores):
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / math.fsum(powers) for power in powers]


def plus(x, y):
    return [a + b for a, b in zip(x, y)]


def attend(queries, keys, values, heads):
    """Weights of each head, and what they mix."""
    size = len(queries[0]) // heads
    weights, mixed = [], [[] for _ in queries]
    for begin in range(0, size * heads, size):
        head = range(begin, begin + size)
        weights.append([])
        for t, query in enumerate(queries):
            w = shares([math.fsum(query[i] * keys[s][i] for i in head)
                        / math.sqrt(size) for s in range(t + 1)])
            weights[-1].append(w + [0.0] * (len(queries) - t - 1))
            mixed[t] += [math.fsum(w[s] * values[s][i] for s in range(t + 1))
                         for i in head]
    return weights, mixed


def rows(matrix):
    for row in matrix:
        yield ' '.join(f'{x:.17g}' for x in row)


def lines():
    settings, w = read('deep')
    characters = alphabet()
    tokens = [len(characters)] + [characters.index(c) for c in TEXT]
    yield '# Made by: python3 core/testdata/make_trace.py'
    yield f'text {TEXT}'
    stream = [normed(plus(w['wte'][token], w['wpe'][t]))
              for t, token in enumerate(tokens)]
    for layer in range(int(settings['n_layer'])):
        name = f'layer{layer}.'
        inputs = [normed(x) for x in stream]
        q, k, v = ([times(w[name + tensor], x) for x in inputs]
                   for tensor in ('attn_wq', 'attn_wk', 'attn_wv'))
        weights, mixed = attend(q, k, v, int(settings['n_head']))
        stream = [plus(x, times(w[name + 'attn_wo'], y))
                  for x, y in zip(stream, mixed)]
        hidden = [times(w[name + 'mlp_fc1'], normed(x)) for x in stream]
        stream = [plus(x, times(w[name + 'mlp_fc2'], [max(a, 0) for a in h]))
                  for x, h in zip(stream, hidden)]
        for head, matrix in enumerate(weights):
            yield f'weights {layer} {head} {len(tokens)}'
            yield from rows(matrix)
        yield f'hidden {layer} {len(tokens)}'
        yield from rows(hidden)
    yield f'logits {len(tokens)}'
    yield from rows(times(w['lm_head'], x) for x in stream)


def main():
    path = os.path.join(HERE, 'deep.trace')
    with open(path, 'w', encoding='utf-8', newline='\n') as file:
        for line in lines():
            print(line, file=file)
    print(path)


if __name__ == '__main__':
    main()
