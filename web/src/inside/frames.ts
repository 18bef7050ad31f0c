// SPDX-License-Identifier: MIT
import type { Array as Numbers } from '../gen/microgpt/v1/inspector_pb';
import { part } from './arrays';

// One stage of a prediction, as it is gone through step by step.
export type Frame =
  | { kind: 'embedding' | 'logits' | 'probabilities' | 'draw' }
  | { kind: 'attention' | 'mlp'; layer: number };

export function framesOf(layers: number): Frame[] {
  const middle = Array.from({ length: layers }, (_, layer): Frame[] => [
    { kind: 'attention', layer },
    { kind: 'mlp', layer },
  ]);
  return [
    { kind: 'embedding' },
    ...middle.flat(),
    { kind: 'logits' },
    { kind: 'probabilities' },
    { kind: 'draw' },
  ];
}

// A position's rows of several arrays [n, …] under each other.
export function rowsAt(
  arrays: readonly (Numbers | undefined)[],
  at: number,
): number[] {
  return arrays.flatMap((array) => part(array, at));
}

// [H, at + 1]: what each head's query at a position looks at.
export function lookedAt(weights: Numbers | undefined, at: number): number[] {
  const heads = weights?.shape[0] ?? 0;
  return Array.from({ length: heads }, (_, head) =>
    part(weights, head, at).slice(0, at + 1),
  ).flat();
}
