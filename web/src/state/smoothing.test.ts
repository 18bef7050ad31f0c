// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';

import { smoothed, stepsOfMean } from './smoothing';

// Losses of 1000 steps that fall and jump about; the same on every run.
const losses = Array.from(
  { length: 1000 },
  (_, step) => 2 + 1.3 * Math.exp(-step / 150) + 0.5 * Math.sin(step * step),
);

// Points of `every` steps, as the server thins them.
function thin(every: number) {
  const steps: number[] = [];
  const means: number[] = [];
  for (let end = every; ; end += every) {
    const last = Math.min(end, losses.length);
    const part = losses.slice(steps.at(-1) ?? 0, last);
    steps.push(last);
    means.push(part.reduce((sum, loss) => sum + loss, 0) / part.length);
    if (last === losses.length) return { steps, means };
  }
}

function meanOfLast(step: number, window: number): number {
  const part = losses.slice(Math.max(0, step - window), step);
  return part.reduce((sum, loss) => sum + loss, 0) / part.length;
}

describe('smoothed', () => {
  it('is the mean of the last steps', () => {
    const { steps, means } = thin(1);
    const curve = smoothed(steps, means, 100);
    for (const step of [1, 7, 100, 101, 1000]) {
      expect(curve[step - 1]).toBeCloseTo(meanOfLast(step, 100), 12);
    }
  });

  it.each([2, 5, 20, 50, 100])(
    'is the same for one point in %i steps',
    (every) => {
      const { steps, means } = thin(every);
      const curve = smoothed(steps, means, 100);
      for (const [i, step] of steps.entries()) {
        expect(curve[i]).toBeCloseTo(meanOfLast(step, 100), 12);
      }
    },
  );

  it('is almost so where windows begin within a point', () => {
    const { steps, means } = thin(7);
    const curve = smoothed(steps, means, 100);
    for (const [i, step] of steps.entries()) {
      expect(Math.abs(curve[i]! - meanOfLast(step, 100))).toBeLessThan(0.04);
    }
  });

  it('begins where the points do', () => {
    expect(smoothed([12, 14], [3, 1], 2, 11)).toEqual([3, 1]);
    expect(smoothed([], [], 100)).toEqual([]);
  });
});

it('says of points of more steps than the window that they are the mean', () => {
  const { steps, means } = thin(100);
  expect(stepsOfMean(10, 100)).toBe(100);
  expect(stepsOfMean(300, 100)).toBe(300);
  for (const window of [10, stepsOfMean(10, 100)]) {
    for (const [at, mean] of smoothed(steps, means, window).entries()) {
      expect(mean).toBeCloseTo(means[at]!, 9);
    }
  }
});
