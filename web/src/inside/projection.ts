// SPDX-License-Identifier: MIT
import { cosine, dot } from './arrays';

// Points whose components each have the sign that agrees best with `before`,
// so that a picture does not jump over as its snapshot changes. Points of
// other tokens cannot be compared: they stay as they are.
//   points, before: [rows, components]
export function aligned(
  points: readonly (readonly number[])[],
  before: readonly (readonly number[])[] | undefined,
): number[][] {
  if (!before || before.length !== points.length) {
    return points.map((point) => [...point]);
  }
  const components = points[0]?.length ?? 0;
  const signs = Array.from({ length: components }, (_, c) => {
    const column = (rows: readonly (readonly number[])[]) =>
      rows.map((row) => row[c] ?? 0);
    return dot(column(points), column(before)) < 0 ? -1 : 1;
  });
  return points.map((point) => point.map((value, c) => value * signs[c]!));
}

export interface Neighbour {
  index: number;
  cosine: number;
}

// The rows that point most nearly the way of row `index`, without itself.
export function neighboursOf(
  rows: readonly (readonly number[])[],
  index: number,
  most: number,
): Neighbour[] {
  const of = rows[index];
  if (!of) return [];
  return rows
    .map((row, other) => ({ index: other, cosine: cosine(of, row) }))
    .filter((neighbour) => neighbour.index !== index)
    .sort((a, b) => b.cosine - a.cosine || a.index - b.index)
    .slice(0, most);
}

// [n, n], the cosines between the chosen rows.
export function cosinesOf(rows: readonly (readonly number[])[]): number[] {
  return rows.flatMap((a) => rows.map((b) => cosine(a, b)));
}
