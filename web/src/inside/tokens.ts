// SPDX-License-Identifier: MIT
import type {
  TraceResponse_Position,
  VocabularyToken,
} from '../gen/microgpt/v1/inspector_pb';
import { begin, glyph } from '../state/glyph';

export { begin, end, glyph } from '../state/glyph';

export function glyphs(tokens: readonly VocabularyToken[]): string[] {
  return tokens.map(({ text }) => glyph(text));
}

// What was read at each position. BOS is only ever read first.
function readGlyphs(
  positions: readonly Pick<TraceResponse_Position, 'token'>[],
): string[] {
  return positions.map(({ token }) => glyph(token?.text, begin));
}

// Labels of positions that no two share, counted from `first`: "2 m".
export function positionLabels(
  positions: readonly Pick<TraceResponse_Position, 'token'>[],
  first = 0,
): string[] {
  return readGlyphs(positions).map((text, index) => `${first + index} ${text}`);
}

// The text of the tokens before a position, as NextTokens wants its prefix:
// what had been read when `position` was predicted from.
export function prefixAt(
  positions: readonly Pick<TraceResponse_Position, 'token'>[],
  position: number,
): string {
  return positions
    .slice(1, position + 1)
    .map(({ token }) => token?.text ?? '')
    .join('');
}

// What had been read when `position` was predicted from, as a heading has room
// for it: of a long text the end.
export function readBefore(
  positions: readonly Pick<TraceResponse_Position, 'token'>[],
  position: number,
): string {
  const most = 24;
  if (position <= most) return begin + prefixAt(positions, position);
  const last = positions.slice(position - most, position + 1);
  return `…${prefixAt(last, most)}`;
}

// A text's grapheme clusters, what people take for its characters.
export function graphemesOf(text: string): string[] {
  const clusters = new Intl.Segmenter('und', { granularity: 'grapheme' });
  return Array.from(clusters.segment(text), ({ segment }) => segment);
}

// A text's tokens, as far as a browser can tell: it may know other graphemes
// than the server.
export function tokensOf(text: string, graphemes: boolean): string[] {
  return graphemes ? graphemesOf(text) : [...text];
}
