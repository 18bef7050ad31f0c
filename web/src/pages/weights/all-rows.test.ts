// SPDX-License-Identifier: MIT
import { expect, it, vi } from 'vitest';

import { allRows } from './all-rows';

// A tensor whose value at (row, column) is row + column / 1000.
function tensor(all: number, columns: number) {
  return vi.fn(({ firstRow, rows }: { firstRow: number; rows: number }) => {
    if (rows * columns > 1_000_000) throw new Error('too many values');
    const values = Array.from(
      { length: rows * columns },
      (_, at) => firstRow + Math.floor(at / columns) + (at % columns) / 1000,
    );
    return Promise.resolve({ shape: [all, columns], values: { values } });
  });
}

it('asks for a small tensor at once', async () => {
  const ask = tensor(3, 2);
  expect(await allRows(ask)).toEqual([
    [0, 0.001],
    [1, 1.001],
    [2, 2.001],
  ]);
  expect(ask).toHaveBeenCalledTimes(2);
});

it('asks for more values than the server gives at once in parts', async () => {
  const ask = tensor(2100, 500);
  const rows = await allRows(ask);
  expect(rows.length).toBe(2100);
  expect(rows.map(([first]) => first)).toEqual(rows.map((_, index) => index));
  expect(rows.every((row) => row.length === 500)).toBe(true);
});

it('does not ask without end for what does not come', async () => {
  const ask = vi.fn(() => Promise.resolve({ shape: [4, 2] }));
  await expect(allRows(ask)).rejects.toThrow('rows are missing');
});
