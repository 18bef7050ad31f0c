// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { segmentsOf } from './segments';

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
