// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { Value } from './autograd';

// Every operation at once, and one value used twice.
function expression(inputs: readonly number[]): {
  inputs: Value[];
  result: Value;
} {
  const values = inputs.map((data) => new Value(data));
  const [a, b, c] = values as [Value, Value, Value];
  const inner = a.multiply(b).add(c).relu();
  const result = inner
    .power(2)
    .add(a.exp())
    .subtract(b.power(2).add(new Value(1)).log())
    .add(c.scale(0.5));
  return { inputs: values, result };
}

it('takes the derivative that central differences take', () => {
  const at = [0.7, -1.3, 2.1];
  const { inputs, result } = expression(at);
  result.backward();
  const h = 1e-6;
  for (const [i, input] of inputs.entries()) {
    const moved = (by: number) =>
      expression(at.map((x, j) => (j === i ? x + by : x))).result.data;
    const difference = (moved(h) - moved(-h)) / (2 * h);
    expect(input.gradient).toBeCloseTo(difference, 7);
  }
});

it('adds up what comes back along several ways', () => {
  const x = new Value(3);
  x.multiply(x).add(x).backward();
  expect(x.gradient).toBe(7);
});

it('lets nothing back through a ReLU that is off', () => {
  const x = new Value(-2);
  x.relu().backward();
  expect(x.gradient).toBe(0);
});

it('does not run out of stack on a deep graph', () => {
  const x = new Value(1);
  let y = x;
  for (let i = 0; i < 200_000; ++i) y = y.add(x);
  y.backward();
  expect(x.gradient).toBe(200_001);
});
