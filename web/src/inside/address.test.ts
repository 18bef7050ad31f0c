// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { integerOf, realOf } from './address';

it('keeps numbers of the address within their limits', () => {
  expect(integerOf('3', 0, 7, 1)).toBe(3);
  expect(integerOf('9', 0, 7, 1)).toBe(7);
  expect(integerOf('0', 1, 7, 2)).toBe(1);
  expect(realOf('0.25', 0, 2, 1)).toBe(0.25);
  expect(realOf('-3', 0, 2, 1)).toBe(0);
});

it('takes what is no number for none', () => {
  for (const text of [undefined, '', '-1', '1.5', 'x', '1e3']) {
    expect(integerOf(text, 0, 7, 1)).toBe(1);
  }
  for (const text of [undefined, '', 'x', 'NaN', 'Infinity']) {
    expect(realOf(text, 0, 2, 1)).toBe(1);
  }
});
