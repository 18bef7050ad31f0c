// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { cosine, norm, part, rowsOf } from './arrays';

const cube = { shape: [2, 2, 3], values: [...Array(12).keys()] };

it('takes parts of an array in row-major order', () => {
  expect(part(cube, 1)).toEqual([6, 7, 8, 9, 10, 11]);
  expect(part(cube, 1, 0)).toEqual([6, 7, 8]);
  expect(part(cube, 0, 1, 2)).toEqual([5]);
  expect(part(cube)).toEqual(cube.values);
});

it('has nothing where there is nothing', () => {
  expect(part(undefined, 0)).toEqual([]);
  expect(part(cube, 2)).toEqual([]);
  expect(part(cube, 0, -1)).toEqual([]);
});

it('measures lengths and directions', () => {
  expect(norm([3, 4])).toBe(5);
  expect(cosine([2, 0], [0.5, 0])).toBe(1);
  expect(cosine([1, 1], [-3, -3])).toBeCloseTo(-1, 15);
  expect(cosine([1, 0], [0, 7])).toBe(0);
  expect(cosine([0, 0], [1, 2])).toBe(0);
});

it('cuts a list into rows', () => {
  expect(rowsOf([1, 2, 3, 4], 2)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(rowsOf([], 2)).toEqual([]);
});
