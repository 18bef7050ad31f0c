// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { inputs, learnt, neuronOf, slopeOf } from './neuron';

const given = { x: 2, w: 0.5, b: -0.25, target: 2 };

it('computes a neuron and its loss', () => {
  const { wx, sum, out, error, loss } = neuronOf(given);
  const values = [wx, sum, out, error, loss].map(({ value }) => value);
  expect(values).toEqual([1, 0.75, 0.75, -1.25, 1.5625]);
});

it('has the gradients that moving the inputs gives', () => {
  const off = { ...given, w: -3 };
  for (const at of [given, off]) {
    const nodes = neuronOf(at);
    for (const name of inputs) {
      expect(nodes[name].gradient).toBeCloseTo(slopeOf(at, name), 8);
    }
  }
  expect(neuronOf(off).w.gradient).toBe(0);
});

it('learns', () => {
  let now: typeof given = given;
  for (let step = 0; step < 50; ++step) {
    const before = neuronOf(now).loss.value;
    now = { ...given, ...learnt(now, 0.05) };
    expect(neuronOf(now).loss.value).toBeLessThan(before);
  }
  expect(neuronOf(now).loss.value).toBeLessThan(1e-6);
});
