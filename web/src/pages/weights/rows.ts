// SPDX-License-Identifier: MIT

// So many numbers of a matrix are shown at once.
const mostCells = 8192;
const mostRows = 64;

// Rows of a matrix that are shown together.
export function rowsShown(columns: number): number {
  return Math.max(8, Math.min(mostRows, Math.floor(mostCells / columns)));
}

// The part that a row stands in.
export function firstRowOf(row: number, rows: number, shown: number): number {
  const last = Math.max(0, rows - 1);
  return Math.floor(Math.min(row, last) / shown) * shown;
}

// Indices in an order in which what belongs together stands together.
export function orderBy<T>(items: readonly T[], key: (item: T) => number) {
  return items
    .map((item, index) => ({ index, key: key(item) }))
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .map(({ index }) => index);
}

// "attn_wq" of "layer0.attn_wq".
export function plainName(tensor: string): string {
  return tensor.replace(/^layer\d+\./, '');
}
