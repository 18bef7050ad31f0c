// SPDX-License-Identifier: MIT
import type { Array as Numbers } from '../gen/microgpt/v1/inspector_pb';
import { part } from './arrays';

// [n, n] of one head, row-major; keys after the query are undefined: the
// causal triangle.
export function triangleOf(
  array: Numbers | undefined, // [H, n, n]
  head: number,
): (number | undefined)[] {
  const n = array?.shape[1] ?? 0;
  return part(array, head).map((value, index) =>
    index % n > Math.floor(index / n) ? undefined : value,
  );
}

export interface HeadName {
  layer: number; // its index among the trace's layers
  head: number;
}

// What can be looked at side by side.
const mostHeads = 64;

// The heads to show as small pictures: all of them, or those of one layer
// where all would be too many.
export function headsShown(
  layers: number,
  heads: number,
  layer: number,
): HeadName[] {
  const one = layers * heads > mostHeads;
  const chosen = one ? [layer] : [...Array(layers).keys()];
  return chosen.flatMap((index) =>
    Array.from({ length: heads }, (_, head) => ({ layer: index, head })),
  );
}
