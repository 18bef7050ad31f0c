// SPDX-License-Identifier: MIT
//
// Kinds of characters, to see in a picture of embeddings whether a model put
// together what belongs together: vowels and kinds of consonants as letters
// mostly sound, rows of the kana table, classes of Python's symbols.
import type { MarkShape } from '../charts/marks';

export const kinds = [
  'vowel',
  'plosive',
  'fricative',
  'nasal',
  'liquid',
  'glide',
  'digit',
  'bracket',
  'operator',
  'quote',
  'punctuation',
  'space',
  'kanaA',
  'kanaKa',
  'kanaSa',
  'kanaTa',
  'kanaNa',
  'kanaHa',
  'kanaMa',
  'kanaYa',
  'kanaRa',
  'kanaWa',
  'han',
  'letter',
  'symbol',
  'mark',
] as const;

export type Kind = (typeof kinds)[number];

const latin: Partial<Record<Kind, string>> = {
  vowel: 'aeiouæœøı',
  plosive: 'bcdgkpqtđ',
  fricative: 'fhjsvxzßþðʒ',
  nasal: 'mnŋ',
  liquid: 'lrł',
  glide: 'wy',
};

const symbols: Partial<Record<Kind, string>> = {
  bracket: '()[]{}「」『』（）［］｛｝〈〉《》【】',
  operator: '+-*/%=<>!&|^~@＋－×÷＝',
  quote: '\'"`‘’“”',
  punctuation: '.,:;_#\\?$、。，．：；・…？！',
};

const kana: Partial<Record<Kind, string>> = {
  kanaA: 'あいうえお',
  kanaKa: 'かきくけこ',
  kanaSa: 'さしすせそ',
  kanaTa: 'たちつてと',
  kanaNa: 'なにぬねの',
  kanaHa: 'はひふへほ',
  kanaMa: 'まみむめも',
  kanaYa: 'やゆよ',
  kanaRa: 'らりるれろ',
  kanaWa: 'わゐゑをん',
};

// Small kana beside the full ones that they stand for.
const small: Readonly<Record<string, string>> = {
  ぁ: 'あ',
  ぃ: 'い',
  ぅ: 'う',
  ぇ: 'え',
  ぉ: 'お',
  っ: 'つ',
  ゃ: 'や',
  ゅ: 'ゆ',
  ょ: 'よ',
  ゎ: 'わ',
  ゕ: 'か',
  ゖ: 'け',
};

function lookUp(tables: readonly Partial<Record<Kind, string>>[]) {
  const found = new Map<string, Kind>();
  for (const table of tables) {
    for (const [kind, characters] of Object.entries(table)) {
      for (const character of characters) found.set(character, kind as Kind);
    }
  }
  return found;
}

const known = lookUp([latin, symbols, kana]);

// Katakana stand 96 code points above hiragana.
function hiragana(character: string): string {
  const code = character.codePointAt(0)!;
  const full =
    code >= 0x30a1 && code <= 0x30f6
      ? String.fromCodePoint(code - 96)
      : character;
  return small[full] ?? full;
}

// The character without accents or voicing marks, small where letters have
// case: "É" is "e", "ガ" is "か".
function plain(character: string): string {
  const base = character.normalize('NFKD');
  return hiragana(String.fromCodePoint(base.codePointAt(0)!)).toLowerCase();
}

// What kind of character a token's text is; the empty one, BOS, is a mark. Of
// several code points the first one counts.
export function kindOf(text: string): Kind {
  if (text === '') return 'mark';
  const first = String.fromCodePoint(text.codePointAt(0)!);
  // As it stands first: NFKD takes "…" apart.
  const found = known.get(first) ?? known.get(plain(first));
  if (found) return found;
  if (/^\p{Nd}/u.test(first)) return 'digit';
  if (/^\s/u.test(first)) return 'space';
  if (/^\p{Script=Han}/u.test(first)) return 'han';
  return /^\p{L}/u.test(first) ? 'letter' : 'symbol';
}

const shapes: readonly MarkShape[] = [
  'circle',
  'square',
  'triangle',
  'diamond',
  'cross',
  'plus',
  'ring',
];

// How a kind is drawn. No two kinds that stand next to each other in `kinds`
// share a shape, and no two at all share shape and one of eight colours.
export function markOf(kind: Kind): { colour: number; shape: MarkShape } {
  const index = kinds.indexOf(kind);
  return { colour: index % 8, shape: shapes[index % shapes.length]! };
}
