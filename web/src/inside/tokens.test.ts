// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { TraceResponse_PositionSchema } from '../gen/microgpt/v1/inspector_pb';
import {
  begin,
  glyph,
  graphemesOf,
  positionLabels,
  prefixAt,
  readBefore,
} from './tokens';

const positions = ['', 'e', 'm', 'm', 'a'].map((text, id) =>
  create(TraceResponse_PositionSchema, { token: { id, text } }),
);

it('shows what cannot be seen', () => {
  expect(glyph('a')).toBe('a');
  expect(glyph(' ')).toBe('␣');
  expect(glyph('\u3000')).toBe('□');
  expect(glyph('\u0301')).toBe('◌\u0301');
  expect(glyph('')).toBe('⟩');
  expect(glyph('', begin)).toBe('⟨');
});

it('tells two of the same letter apart', () => {
  expect(positionLabels(positions)).toEqual([
    '0 ⟨',
    '1 e',
    '2 m',
    '3 m',
    '4 a',
  ]);
});

it('gives the prefix that a position predicts from', () => {
  expect(prefixAt(positions, 0)).toBe('');
  expect(prefixAt(positions, 3)).toBe('emm');
});

it('shortens what was read to its end', () => {
  expect(readBefore(positions, 0)).toBe('⟨');
  expect(readBefore(positions, 4)).toBe('⟨emma');
  const letters = Array.from({ length: 10 }, () => positions.slice(1)).flat();
  const long = [...positions.slice(0, 1), ...letters];
  expect(readBefore(long, 24)).toBe(`⟨${'emma'.repeat(6)}`);
  expect(readBefore(long, 40)).toBe(`…${'emma'.repeat(6)}`);
});

it('keeps together what people take for one character', () => {
  const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}';
  const flag = '\u{1f1ef}\u{1f1f5}';
  expect(graphemesOf(`${family}e\u0301${flag}x`)).toEqual([
    family,
    'e\u0301',
    flag,
    'x',
  ]);
});
