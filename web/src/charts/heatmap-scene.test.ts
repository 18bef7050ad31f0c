// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { bounds, cellAt, layoutOf, short, valueAt } from './heatmap-scene';

const grid = {
  title: 't',
  rowLabel: 'from',
  columnLabel: 'to',
  rows: ['a', 'b'],
  columns: ['x', 'y', 'z'],
  values: [1, 2, 3, 4, 5, 6],
};

it('finds the cell at a place, and none beside them', () => {
  const layout = layoutOf(grid, 600, false);
  const { cells, size, tall } = layout;
  const at = (column: number, row: number) =>
    cellAt(layout, grid, cells.x + column * size, cells.y + row * tall);
  expect(at(2.5, 1.5)).toEqual({ row: 1, column: 2 });
  expect(valueAt(grid, 1, 2)).toBe(6);
  expect(at(3.1, 0)).toBeUndefined();
  expect(at(-0.1, 0)).toBeUndefined();
  expect(at(0, 2.1)).toBeUndefined();
});

it('fits into its room until cells would be too small to see', () => {
  const wide = { ...grid, columns: Array.from({ length: 40 }, () => 'x') };
  expect(layoutOf(wide, 700, false).width).toBeLessThanOrEqual(700);
  expect(layoutOf(wide, 50, false).size).toBe(6);
});

it('puts 0 in the middle of the colours of what has a sign', () => {
  const values = [0.5, undefined, -2];
  expect(bounds({ ...grid, values, signed: true })).toEqual([-2, 2]);
  expect(bounds({ ...grid, values })).toEqual([0, 0.5]);
  expect(bounds({ ...grid, values: [0], signed: true })).toEqual([-1, 1]);
});

it('writes numbers as short as cells are narrow', () => {
  expect(
    [0.469, 1, 0.998, 0.004, -0.3, -0.001, 12.6, -1.25, 9.97].map(short),
  ).toEqual(['.47', '1.0', '1.0', '.00', '-.30', '.00', '13', '-1.3', '10']);
});
