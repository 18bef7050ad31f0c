// SPDX-License-Identifier: MIT
import { widthOf } from './text-width';

export const legendSize = 12; // of its text
export const legendRow = 18; // height of a row

export interface Entry {
  name: string;
  x: number;
  row: number; // from 0
}

// Where the names of a legend stand, each behind a mark `mark` pixels wide: side
// by side from `left`, in as many rows as it takes to end before `right`.
export function entriesOf(
  names: readonly string[],
  left: number,
  right: number,
  mark: number,
): Entry[] {
  let [x, row] = [left, 0];
  return names.map((name) => {
    const width = mark + widthOf(name, legendSize);
    if (x > left && x + width > right) [x, row] = [left, row + 1];
    const entry = { name, x, row };
    x += width + 20;
    return entry;
  });
}

// How much higher a picture is for the rows behind the first.
export function moreHeight(entries: readonly Entry[]): number {
  return (entries.at(-1)?.row ?? 0) * legendRow;
}
