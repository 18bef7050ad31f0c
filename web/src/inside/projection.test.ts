// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { aligned, cosinesOf, neighboursOf } from './projection';

const points = [
  [1, 2],
  [-3, 4],
];

it('turns each component for itself to agree with what was shown', () => {
  const before = [
    [-1.1, 2],
    [2.9, 4.2],
  ];
  expect(aligned(points, before)).toEqual([
    [-1, 2],
    [3, 4],
  ]);
});

it('leaves alone what cannot be compared', () => {
  expect(aligned(points, undefined)).toEqual(points);
  expect(aligned(points, [[1, 1]])).toEqual(points);
});

it('finds the nearest by direction, not by length', () => {
  const rows = [
    [1, 0],
    [0, 1],
    [9, 1],
    [-1, 0],
    [2, 2],
  ];
  const found = neighboursOf(rows, 0, 3);
  expect(found.map(({ index }) => index)).toEqual([2, 4, 1]);
  expect(found[0]!.cosine).toBeCloseTo(9 / Math.sqrt(82), 12);
  expect(neighboursOf(rows, 7, 3)).toEqual([]);
});

it('compares all with all', () => {
  expect(
    cosinesOf([
      [1, 0],
      [0, 2],
    ]),
  ).toEqual([1, 0, 0, 1]);
});
