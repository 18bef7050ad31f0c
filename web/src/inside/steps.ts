// SPDX-License-Identifier: MIT
//
// Places of a slider over checkpoints: one a step, in order, and one more
// behind them for the newest, whichever that is.

// The place of a step; of one that is not kept, that of the newest before it,
// which is what the server answers with.
export function placeOf(steps: readonly number[], step?: number): number {
  if (step === undefined) return steps.length;
  return Math.max(
    0,
    steps.findLastIndex((kept) => kept <= step),
  );
}

// undefined: the newest.
export function stepAt(
  steps: readonly number[],
  place: number,
): number | undefined {
  return steps[Math.max(0, place)];
}
