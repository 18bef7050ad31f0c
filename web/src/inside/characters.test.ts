// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { kindOf, kinds, markOf } from './characters';

it.each([
  ['vowel', 'aeiouAEÉü'],
  ['plosive', 'bdgkpqtcÇ'],
  ['fricative', 'fhsvzxjš'],
  ['nasal', 'mnñ'],
  ['liquid', 'lrŘ'],
  ['glide', 'wy'],
  ['digit', '0987٣'],
  ['bracket', '()[]{}「'],
  ['operator', '+-*/%=<>!&|^~@'],
  ['quote', '\'"`'],
  ['punctuation', '.,:;_#\\。、…'],
  ['space', ' \t\u3000'],
  ['kanaA', 'あおァア'],
  ['kanaKa', 'かがガヶ'],
  ['kanaSa', 'さじズ'],
  ['kanaTa', 'たっつづド'],
  ['kanaNa', 'なノ'],
  ['kanaHa', 'はばぱプ'],
  ['kanaMa', 'まモ'],
  ['kanaYa', 'やゃヨ'],
  ['kanaRa', 'らロ'],
  ['kanaWa', 'わをんン'],
  ['han', '秋夏々'],
  ['letter', 'жΩ한ー'],
  ['symbol', '☃€😀'],
] as const)('knows a %s', (kind, characters) => {
  for (const character of characters) {
    expect([character, kindOf(character)]).toEqual([character, kind]);
  }
});

it('takes BOS for a mark, and of a grapheme the first code point', () => {
  expect(kindOf('')).toBe('mark');
  expect(kindOf('e\u0301')).toBe('vowel');
  expect(kindOf('か\u3099')).toBe('kanaKa');
});

it('draws no two kinds alike', () => {
  const marks = kinds.map((kind) => JSON.stringify(markOf(kind)));
  expect(new Set(marks).size).toBe(kinds.length);
  const shapes = kinds.map((kind) => markOf(kind).shape);
  for (let i = 1; i < shapes.length; ++i) {
    expect(shapes[i]).not.toBe(shapes[i - 1]);
  }
});
