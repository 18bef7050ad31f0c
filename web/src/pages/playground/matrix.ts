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
  sparse: boolean; // some of the model's cells were not asked for
}

function shareInText(
  distribution: Distribution,
  id: number,
): number | undefined {
  if (distribution.documents === 0) return undefined;
  const found = distribution.candidates.find(({ token }) => token?.id === id);
  return found && (found.documents ?? 0) / distribution.documents;
}

// The `most` tokens that come most of all after the rows' own, by id.
function columnsOf(
  rows: readonly Distribution[],
  most: number,
): [id: number, text: string][] {
  const sums = new Map<number, { text: string; sum: number }>();
  for (const { token, probability } of rows.flatMap((row) => row.candidates)) {
    const { id = 0, text = '' } = token ?? {};
    sums.set(id, { text, sum: (sums.get(id)?.sum ?? 0) + probability });
  }
  return [...sums]
    .sort(([, a], [, b]) => b.sum - a.sum)
    .slice(0, most)
    .map(([id, { text }]): [number, string] => [id, text])
    .sort(([a], [b]) => a - b);
}

export type Ask = (request: {
  prefix: string;
  after?: boolean;
  top: number;
}) => Promise<NextTokensResponse>;

// Of larger vocabularies not all pairs are asked for: an answer would have
// millions. Each row is a call of its own then, so many at once, for so many
// candidates.
const fewTokens = 120;
const atOnce = 6;
export const candidatesARow = 300;

// What comes after each token that may follow the prefix; where there are too
// many, after the `most` likeliest of them.
export async function nextAfter(
  ask: Ask,
  prefix: string,
  most: number,
): Promise<NextTokensResponse> {
  const first = await ask({ prefix, top: 0 });
  const candidates = first.next?.candidates ?? [];
  if (candidates.length <= fewTokens) {
    return ask({ prefix, after: true, top: 0 });
  }
  const tokens = candidates
    .flatMap(({ token }) => (token?.text ? [token] : []))
    .slice(0, most)
    .sort((a, b) => a.id - b.id);
  const top = Math.min(candidatesARow, candidates.length);
  const after: Distribution[] = [];
  for (let at = 0; at < tokens.length; at += atOnce) {
    const some = tokens.slice(at, at + atOnce).map(async ({ id, text }) => {
      const { next } = await ask({ prefix: prefix + text, top });
      // Together with the prefix, marks may be another token.
      return next && next.after?.id === id ? [next] : [];
    });
    after.push(...(await Promise.all(some)).flat());
  }
  return { ...first, after };
}

// What comes after each character that may follow the prefix: after the `most`
// likeliest of them, the `most` that come most of all; in the order of the
// alphabet. Cells that were not asked for are undefined.
export function matrixOf(answer: NextTokensResponse, most: number): Matrix {
  const likely = (answer.next?.candidates ?? [])
    .filter(({ token }) => token?.text)
    .slice(0, most);
  const kept = new Set(likely.map(({ token }) => token?.id ?? 0));
  const rows = answer.after.filter(({ after }) => kept.has(after?.id ?? -1));
  const columns = columnsOf(rows, most);
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
    cut: (answer.next?.candidates.length ?? 0) > most,
    sparse: model.includes(undefined),
  };
}
