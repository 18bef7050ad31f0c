// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';

import { scaleOf } from './scales';

const texts = (log: boolean, from: number, to: number, about = 6) =>
  scaleOf(log, [from, to], [0, 100])
    .ticks(about)
    .map(({ text }) => text);

describe('a linear scale', () => {
  it('puts values in proportion, and turns over where its range does', () => {
    const scale = scaleOf(false, [2, 4], [100, 0]);
    expect([2, 2.5, 4].map(scale)).toEqual([100, 75, 0]);
  });

  it('names round values within its domain', () => {
    expect(texts(false, 1.9, 3.4, 3)).toEqual(['2', '2.5', '3']);
  });
});

describe('a log scale', () => {
  it('puts equal factors at equal distances', () => {
    const scale = scaleOf(true, [1, 100], [0, 100]);
    expect(scale(10)).toBeCloseTo(50);
    expect(scale(100)).toBeCloseTo(100);
  });

  it('names powers of ten where there are many of them', () => {
    expect(texts(true, 1, 10_000)).toEqual([
      '1',
      '10',
      '100',
      '1,000',
      '10,000',
    ]);
  });

  it('names more where there are few', () => {
    expect(texts(true, 1, 100, 8)).toEqual(['1', '3', '10', '30', '100']);
    expect(texts(true, 2.1, 3.4)).toEqual([
      '2.2',
      '2.4',
      '2.6',
      '2.8',
      '3',
      '3.2',
      '3.4',
    ]);
  });

  it('names no more than there is room for', () => {
    // As of gradients that are almost nothing, and within one decade.
    expect(texts(true, 3e-21, 4, 4.5)).toEqual([
      '1E-20',
      '1E-16',
      '1E-12',
      '1E-8',
      '0.0001',
      '1',
    ]);
    expect(texts(true, 5e-9, 4, 4.5)).toEqual([
      '1E-8',
      '1E-6',
      '0.0001',
      '0.01',
      '1',
    ]);
    expect(texts(true, 0.11, 0.95, 4.5)).toEqual(['0.2', '0.3', '0.5', '0.7']);
  });

  it('stands at what it names', () => {
    const [first] = scaleOf(true, [1, 100], [0, 100]).ticks(6);
    expect(first).toEqual({ at: 0, text: '1' });
  });
});

it.each([true, false])('finds the value at a place (log: %s)', (log) => {
  const scale = scaleOf(log, [2, 50], [30, 400]);
  for (const value of [2, 7.5, 50]) {
    expect(scale.invert(scale(value))).toBeCloseTo(value, 9);
  }
});
