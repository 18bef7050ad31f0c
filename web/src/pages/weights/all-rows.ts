// SPDX-License-Identifier: MIT
import type { GetTensorResponse } from '../../gen/microgpt/v1/inspector_pb';
import { rowsOf } from '../../inside/arrays';

// The server gives at most so many values at once.
const mostValues = 1_000_000;

type Part = Pick<GetTensorResponse, 'shape'> & {
  values?: { values: readonly number[] } | undefined;
};

// All rows of a tensor, however many: `ask` gives `rows` of them, from
// `firstRow` on; of no rows, the shape alone.
export async function allRows(
  ask: (part: { firstRow: number; rows: number }) => Promise<Part>,
): Promise<number[][]> {
  const { shape } = await ask({ firstRow: 0, rows: 0 });
  const [all = 0, columns = 1] = shape;
  const atOnce = Math.max(1, Math.floor(mostValues / columns));
  const rows: number[][] = [];
  while (rows.length < all) {
    const left = Math.min(atOnce, all - rows.length);
    const part = await ask({ firstRow: rows.length, rows: left });
    const values = part.values?.values ?? [];
    if (values.length !== left * columns) throw new Error('rows are missing');
    for (const row of rowsOf(values, columns)) rows.push(row);
  }
  return rows;
}
