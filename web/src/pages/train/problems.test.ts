// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { problemsOf } from './problems';

const text = {
  outOfRange: (from: string, to: string) => `${from}..${to}`,
  notWhole: 'whole',
};

it('takes what is empty, and what is in range', () => {
  expect(problemsOf({ steps: '', seed: '0', eps: '1e-8' }, text)).toEqual({});
});

it('names the range of what is not', () => {
  expect(problemsOf({ n_layer: '65', validation: '-0.1' }, text)).toEqual({
    n_layer: '1..64',
    validation: '0..0.5',
  });
});

it('refuses fractions where they make no sense, and words', () => {
  expect(problemsOf({ steps: '1.5', seed: 'x' }, text)).toEqual({
    steps: 'whole',
    seed: '0..4,294,967,295',
  });
});
