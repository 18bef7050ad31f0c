// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { NextTokensResponseSchema } from '../../gen/microgpt/v1/inspector_pb';
import { matrixOf } from './matrix';

const token = (id: number) => ({ id, text: ['a', 'b', ''][id]! });
const candidate = (id: number, probability: number, documents: number) => ({
  token: token(id),
  probability,
  documents,
});

// a is followed by b or the end, b by a; the text has no string with b.
const answer = create(NextTokensResponseSchema, {
  textKnown: true,
  next: { candidates: [candidate(1, 0.6, 0), candidate(0, 0.4, 9)] },
  after: [
    {
      after: token(0),
      documents: 4,
      candidates: [candidate(1, 0.9, 1), candidate(0, 0.1, 3)],
    },
    { after: token(1), documents: 0, candidates: [candidate(0, 1, 0)] },
  ],
});

it('has rows and columns in the order of the alphabet', () => {
  const matrix = matrixOf(answer, 10);
  expect(matrix.rows).toEqual(['a', 'b']);
  expect(matrix.columns).toEqual(['a', 'b']);
  expect(matrix.model).toEqual([0.1, 0.9, 1, undefined]);
  expect(matrix.cut).toBe(false);
});

it('has the shares of the text, and none where it has no such beginning', () => {
  expect(matrixOf(answer, 10).data).toEqual([0.75, 0.25, undefined, undefined]);
  expect(matrixOf({ ...answer, textKnown: false }, 10).data).toBeUndefined();
});

it('keeps the likeliest where there are too many', () => {
  const matrix = matrixOf(answer, 1);
  expect(matrix.columns).toEqual(['b']);
  expect(matrix.cut).toBe(true);
});
