// SPDX-License-Identifier: MIT
import type { Array as Numbers } from '../gen/microgpt/v1/inspector_pb';

// The part of an array at its first indices: part(weights, head, query) is a
// row of keys. Empty where the array was not asked for, or has no such part.
export function part(
  array: Pick<Numbers, 'shape' | 'values'> | undefined,
  ...index: readonly number[]
): number[] {
  if (!array) return [];
  let size = array.values.length;
  let begin = 0;
  for (const [dimension, at] of index.entries()) {
    const length = array.shape[dimension] ?? 0;
    if (at < 0 || at >= length) return [];
    size /= length;
    begin += at * size;
  }
  return array.values.slice(begin, begin + size);
}

export function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i]! * b[i]!;
  return sum;
}

// 1: the same direction; 0 where one of them is nothing but zeros.
export function cosine(a: readonly number[], b: readonly number[]): number {
  const size = norm(a) * norm(b);
  return size > 0 ? Math.min(1, Math.max(-1, dot(a, b) / size)) : 0;
}

// Rows of equal length out of one list.
export function rowsOf(values: readonly number[], columns: number): number[][] {
  const rows: number[][] = [];
  for (let at = 0; at < values.length; at += columns) {
    rows.push(values.slice(at, at + columns));
  }
  return rows;
}
