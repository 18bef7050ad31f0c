// SPDX-License-Identifier: MIT
import type { NextTokensResponse } from '../../gen/microgpt/v1/inspector_pb';

type Distribution = NonNullable<NextTokensResponse['next']>;

export interface Matrix {
  rows: readonly string[]; // texts of tokens; "" is the end mark
  columns: readonly string[];
  // Row-major shares, 0 to 1; undefined where a row has none.
  model: readonly (number | undefined)[];
  data: readonly (number | undefined)[] | undefined; // the text is not known
  largest: number; // of all of them
  cut: boolean; // there are more tokens than these
}

function shareInText(
  distribution: Distribution,
  id: number,
): number | undefined {
  if (distribution.documents === 0) return undefined;
  const found = distribution.candidates.find(({ token }) => token?.id === id);
  return (found?.documents ?? 0) / distribution.documents;
}

// What comes after each character that may follow the prefix: the `most`
// likeliest of them, in the order of the alphabet.
export function matrixOf(answer: NextTokensResponse, most: number): Matrix {
  const likely = (answer.next?.candidates ?? []).slice(0, most);
  const kept = new Map(
    likely.map(({ token }) => [token?.id ?? 0, token?.text ?? '']),
  );
  const columns = [...kept].sort(([a], [b]) => a - b);
  const rows = answer.after.filter(({ after }) => kept.has(after?.id ?? -1));
  const model = rows.flatMap(({ candidates }) => {
    const shares = new Map(
      candidates.map(({ token, probability }) => [token?.id ?? 0, probability]),
    );
    return columns.map(([id]) => shares.get(id));
  });
  const data = answer.textKnown
    ? rows.flatMap((row) => columns.map(([id]) => shareInText(row, id)))
    : undefined;
  const all = [...model, ...(data ?? [])].map((value) => value ?? 0);
  return {
    rows: rows.map(({ after }) => after?.text ?? ''),
    columns: columns.map(([, text]) => text),
    model,
    data,
    largest: Math.max(...all, Number.MIN_VALUE),
    cut: (answer.next?.candidates.length ?? 0) > likely.length,
  };
}
