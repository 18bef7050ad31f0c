// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { surprisesOf } from './surprises';

const scored = (count: number, truncated = false) => ({
  tokenLogprobs: Array.from({ length: count }, (_, i) => -i * Math.LN2),
  truncated,
});
const tokensIn = (...given: Parameters<typeof surprisesOf>) =>
  surprisesOf(...given)?.map(({ token }) => token);

it('has each token and the end mark, in bits', () => {
  expect(surprisesOf('ab', scored(3))).toEqual([
    { token: 'a', bits: 0 },
    { token: 'b', bits: 1 },
    { token: '', bits: 2 },
  ]);
});

it('takes a string apart as the server did', () => {
  const text = 'e\u0301x';
  expect(tokensIn(text, scored(4))).toEqual(['e', '\u0301', 'x', '']);
  expect(tokensIn(text, scored(3))).toEqual(['e\u0301', 'x', '']);
});

it('has no end mark of a string that fills the context', () => {
  expect(tokensIn('abc', scored(3, true))).toEqual(['a', 'b', 'c']);
});

it('does not guess', () => {
  expect(tokensIn('abcd', scored(3))).toBeUndefined();
  expect(tokensIn('ab', scored(3, true))).toBeUndefined();
});
