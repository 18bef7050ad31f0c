// SPDX-License-Identifier: MIT
import type { Score } from '../../gen/microgpt/v1/microgpt_pb';
import { tokensOf } from '../../inside/tokens';

export interface Surprise {
  token: string; // "": the end mark
  bits: number;
}

// A string's tokens and its end mark, each with its surprise; of one that fills
// the context the tokens alone. undefined where the browser takes graphemes
// apart otherwise than the server did.
export function surprisesOf(
  line: string,
  { tokenLogprobs, truncated }: Pick<Score, 'tokenLogprobs' | 'truncated'>,
): Surprise[] | undefined {
  const count = tokenLogprobs.length - (truncated ? 0 : 1);
  const tokens = [tokensOf(line, false), tokensOf(line, true)].find(
    ({ length }) => length === count,
  );
  if (!tokens) return undefined;
  return tokenLogprobs.map((logprob, at) => ({
    token: tokens[at] ?? '',
    bits: -logprob / Math.LN2,
  }));
}
