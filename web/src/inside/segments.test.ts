// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { piecesOf, segmentsOf } from './segments';

const chance = (id: number, drawn: number) => ({
  token: { id, text: 'abc'[id] ?? '' },
  drawn,
});

it('lays the tokens side by side, by id, whatever their order', () => {
  const segments = segmentsOf([
    chance(2, 0.5),
    chance(0, 0.25),
    chance(1, 0.25),
  ]);
  expect(segments).toEqual([
    { id: 0, text: 'a', from: 0, to: 0.25 },
    { id: 1, text: 'b', from: 0.25, to: 0.5 },
    { id: 2, text: 'c', from: 0.5, to: 1 },
  ]);
});

it('leaves out what cannot be drawn', () => {
  expect(segmentsOf([chance(0, 0), chance(1, 1)]).map(({ id }) => id)).toEqual([
    1,
  ]);
});

it('puts together what is too narrow to see, but the token that was hit', () => {
  const many = Array.from({ length: 1000 }, (_, id) => ({
    id,
    text: String(id),
    from: id / 1000,
    to: (id + 1) / 1000,
  }));
  const pieces = piecesOf(many, 0.0095, 505);
  expect(pieces.length).toBeLessThan(110);
  expect(pieces.flatMap(({ tokens }) => tokens)).toEqual(many);
  for (const [index, { from, to, tokens }] of pieces.entries()) {
    expect(from).toBe(tokens[0]!.from);
    expect(to).toBe(pieces[index + 1]?.from ?? 1);
  }
  const hit = pieces.find(({ tokens }) => tokens.some(({ id }) => id === 505));
  expect(hit!.tokens.length).toBe(1);
});

it('leaves what can be seen as it is', () => {
  const segments = segmentsOf([chance(0, 0.25), chance(1, 0.75)]);
  expect(piecesOf(segments, 0.01).map(({ tokens }) => tokens)).toEqual([
    [segments[0]],
    [segments[1]],
  ]);
});
