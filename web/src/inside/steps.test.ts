// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { placeOf, stepAt } from './steps';

const steps = [0, 10, 100];

it('goes there and back', () => {
  for (const step of [...steps, undefined]) {
    expect(stepAt(steps, placeOf(steps, step))).toBe(step);
  }
});

it('takes the newest before a step that is not kept', () => {
  expect(placeOf(steps, 99)).toBe(1);
  expect(placeOf([5, 10], 2)).toBe(0);
});
