// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { NextTokensResponse_CandidateSchema } from '../gen/microgpt/v1/inspector_pb';
import { hit, segmentsOf } from './draw';

const candidates = (
  [
    [2, '', 0.5],
    [0, 'a', 0.25],
    [3, 'x', 0],
    [1, 'b', 0.25],
  ] as const
).map(([id, text, drawn]) =>
  create(NextTokensResponse_CandidateSchema, { token: { id, text }, drawn }),
);

it('lays the chances end to end by id, without those that are cut', () => {
  expect(segmentsOf(candidates)).toEqual([
    { id: 0, text: 'a', from: 0, to: 0.25 },
    { id: 1, text: 'b', from: 0.25, to: 0.5 },
    { id: 2, text: '', from: 0.5, to: 1 },
  ]);
});

it('gives a number on the border to the token behind it', () => {
  const segments = segmentsOf(candidates);
  expect(hit(segments, 0)?.text).toBe('a');
  expect(hit(segments, 0.25)?.text).toBe('b');
  expect(hit(segments, 0.999)?.text).toBe('');
  expect(hit(segments, 1)?.text).toBe('');
  expect(hit([], 0.5)).toBeUndefined();
});
