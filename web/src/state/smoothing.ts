// SPDX-License-Identifier: MIT

// The mean loss of the last `window` steps up to each point's: with 100, what
// a Job calls its loss. steps[i] is the last step of point i, whose loss is the
// mean of its steps'; the first point begins at step `first`.
//
// A window of steps, and a plain mean: its sums are those of the points, so the
// curve is the same for any thinning whose points end where the windows do, and
// almost so elsewhere. An average over points, or one with weights, is not.
export function smoothed(
  steps: readonly number[],
  losses: readonly number[],
  window: number,
  first = 1,
): number[] {
  // sums[i + 1]: of all losses up to steps[i].
  const ends = [first - 1, ...steps];
  const sums = [0];
  for (let i = 0; i < steps.length; ++i) {
    sums.push(sums[i]! + losses[i]! * (ends[i + 1]! - ends[i]!));
  }
  const result: number[] = [];
  let begin = 0; // ends[begin] <= from < ends[begin + 1]
  for (let i = 1; i < ends.length; ++i) {
    const from = Math.max(first - 1, ends[i]! - window);
    while (ends[begin + 1]! <= from) ++begin;
    // Within a point its mean stands for each step.
    const before = sums[begin]! + (from - ends[begin]!) * losses[begin]!;
    result.push((sums[i]! - before) / (ends[i]! - from));
  }
  return result;
}

// What such a curve is a mean of: no fewer steps than each of its points.
export function stepsOfMean(window: number, every: number): number {
  return Math.max(window, every);
}
