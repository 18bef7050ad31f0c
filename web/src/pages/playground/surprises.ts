// SPDX-License-Identifier: MIT
import type { Score } from '../../gen/microgpt/v1/microgpt_pb';
import { tokensOf } from '../../inside/tokens';

export interface Surprise {
  token: string; // "": the end mark
  bits: number;
}

// A string's tokens and its end mark, each with its surprise. Of one that is
// longer than the context only the first tokens have one. undefined where it is
// not clear what the tokens are: the browser may take graphemes apart otherwise
// than the server did.
export function surprisesOf(
  line: string,
  { tokenLogprobs, truncated }: Pick<Score, 'tokenLogprobs' | 'truncated'>,
): Surprise[] | undefined {
  const count = tokenLogprobs.length - (truncated ? 0 : 1);
  const [tokens, other] = [tokensOf(line, false), tokensOf(line, true)]
    .filter(({ length }) => (truncated ? length >= count : length === count))
    .map((found) => found.slice(0, count));
  if (!tokens) return undefined;
  if (other && tokens.some((token, at) => token !== other[at])) {
    return undefined;
  }
  return tokenLogprobs.map((logprob, at) => ({
    token: tokens[at] ?? '',
    bits: -logprob / Math.LN2,
  }));
}
