// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { firstRowOf, orderBy, plainName, rowsShown } from './rows';

it('shows fewer rows where they are long', () => {
  expect(rowsShown(16)).toBe(64);
  expect(rowsShown(256)).toBe(32);
  expect(rowsShown(4096)).toBe(8);
});

it('pages through all rows', () => {
  expect(firstRowOf(0, 2345, 64)).toBe(0);
  expect(firstRowOf(130, 2345, 64)).toBe(128);
  expect(firstRowOf(9999, 2345, 64)).toBe(2304);
  expect(firstRowOf(5, 0, 64)).toBe(0);
});

it('orders by a key, and by number where that is equal', () => {
  expect(orderBy(['bb', 'a', 'cc', 'd'], ({ length }) => length)).toEqual([
    1, 3, 0, 2,
  ]);
});

it('names a tensor without its layer', () => {
  expect(plainName('layer11.mlp_fc1')).toBe('mlp_fc1');
  expect(plainName('lm_head')).toBe('lm_head');
});
