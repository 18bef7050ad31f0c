// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { TraceResponse_PositionSchema } from '../gen/microgpt/v1/inspector_pb';
import { begin, glyph, positionLabels, prefixAt } from './tokens';

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
