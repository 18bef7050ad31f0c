// SPDX-License-Identifier: MIT
//
// The smallest thing that can learn: loss = (relu(w·x + b) - target)².
import { Value } from './autograd';

export const inputs = ['x', 'w', 'b', 'target'] as const;
export type Input = (typeof inputs)[number];
export type Inputs = Readonly<Record<Input, number>>;

export const steps = ['wx', 'sum', 'out', 'error', 'loss'] as const;
export type NodeName = Input | (typeof steps)[number];

export interface Node {
  name: NodeName;
  operation: string; // empty: an input
  value: number;
  gradient: number; // of the loss by it
  from: readonly NodeName[];
}

// The computation with the gradient of the loss by every value of it, by the
// scalar autograd.
export function neuronOf(given: Inputs): Record<NodeName, Node> {
  const [x, w, b, target] = inputs.map((name) => new Value(given[name])) as [
    Value,
    Value,
    Value,
    Value,
  ];
  const wx = w.multiply(x);
  const sum = wx.add(b);
  const out = sum.relu();
  const error = out.subtract(target);
  const loss = error.power(2);
  loss.backward();
  const node = (
    name: NodeName,
    value: Value,
    operation = '',
    from: readonly NodeName[] = [],
  ): Node => ({
    name,
    operation,
    value: value.data,
    gradient: value.gradient,
    from,
  });
  return {
    x: node('x', x),
    w: node('w', w),
    b: node('b', b),
    target: node('target', target),
    wx: node('wx', wx, '×', ['w', 'x']),
    sum: node('sum', sum, '+', ['wx', 'b']),
    out: node('out', out, 'ReLU', ['sum']),
    error: node('error', error, '−', ['out', 'target']),
    loss: node('loss', loss, '²', ['error']),
  };
}

// The slope of the loss along one input by central differences: what the
// gradient has to be, up to the corner of ReLU.
export function slopeOf(given: Inputs, name: Input, h = 1e-5): number {
  const moved = (by: number) =>
    neuronOf({ ...given, [name]: given[name] + by }).loss.value;
  return (moved(h) - moved(-h)) / (2 * h);
}

// w and b moved a step against their gradients.
export function learnt(given: Inputs, rate: number): Inputs {
  const { w, b } = neuronOf(given);
  return {
    ...given,
    w: given.w - rate * w.gradient,
    b: given.b - rate * b.gradient,
  };
}
