// SPDX-License-Identifier: MIT

interface Chance {
  token?: { id: number; text: string } | undefined;
  drawn: number;
}

export interface Segment {
  id: number;
  text: string;
  from: number;
  to: number;
}

// Where each token lies on the running sum of all chances: by id, as drawing
// adds them up. Those that cannot be drawn have no place on it.
export function segmentsOf(candidates: readonly Chance[]): Segment[] {
  const byId = candidates
    .filter(({ drawn }) => drawn > 0)
    .sort((a, b) => (a.token?.id ?? 0) - (b.token?.id ?? 0));
  let from = 0;
  return byId.map(({ token, drawn }) => {
    const segment = {
      id: token?.id ?? 0,
      text: token?.text ?? '',
      from,
      to: from + drawn,
    };
    from = segment.to;
    return segment;
  });
}
