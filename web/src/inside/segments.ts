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

// A stretch of the bar: one token, or many that are too narrow to be told apart.
export interface Piece {
  tokens: readonly Segment[];
  from: number;
  to: number;
}

// The segments as pieces of at least `least`: narrower ones stand together,
// but for the one that is `kept` by itself. Of thousands of tokens some hundreds
// of pieces are left, which is as many as can be seen.
export function piecesOf(
  segments: readonly Segment[],
  least: number,
  kept?: number,
): Piece[] {
  const pieces: Piece[] = [];
  let open = false; // the last piece is still too narrow
  for (const segment of segments) {
    const { id, from, to } = segment;
    const alone = id === kept || to - from >= least;
    const last = pieces.at(-1);
    if (open && !alone && last) {
      pieces[pieces.length - 1] = {
        tokens: [...last.tokens, segment],
        from: last.from,
        to,
      };
    } else {
      pieces.push({ tokens: [segment], from, to });
    }
    const { from: begin } = pieces.at(-1)!;
    open = !alone && to - begin < least;
  }
  return pieces;
}
