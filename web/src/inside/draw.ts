// SPDX-License-Identifier: MIT
import type { NextTokensResponse_Candidate } from '../gen/microgpt/v1/inspector_pb';

export interface Segment {
  id: number;
  text: string;
  from: number; // of the running sum, 0..1
  to: number;
}

// The running sum of the chances with which tokens are drawn, by id, as
// Generate throws its dart on it. Those that are cut have no segment. What is
// not among the candidates is missing from the sum: ask for all of them.
export function segmentsOf(
  candidates: readonly Pick<NextTokensResponse_Candidate, 'token' | 'drawn'>[],
): Segment[] {
  const byId = candidates
    .filter(({ drawn }) => drawn > 0)
    .sort((a, b) => (a.token?.id ?? 0) - (b.token?.id ?? 0));
  let sum = 0;
  return byId.map(({ token, drawn }) => ({
    id: token?.id ?? 0,
    text: token?.text ?? '',
    from: sum,
    to: (sum += drawn),
  }));
}

// The segment that the number falls into; behind all for want of rounding:
// the last one, as Python's choices() has it.
export function hit(
  segments: readonly Segment[],
  number: number,
): Segment | undefined {
  return segments.find(({ to }) => number < to) ?? segments.at(-1);
}
