// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { TraceResponseSchema } from '../gen/microgpt/v1/inspector_pb';
import { coursesOf, likenessOf, normsOf, stagesOf, turnsOf } from './stream';

// Two positions, two numbers wide, one layer.
const array = (...values: number[]) => ({ shape: [2, 2], values });
const trace = create(TraceResponseSchema, {
  embedding: array(3, 4, 1, 0),
  layers: [
    { residualMiddle: array(6, 8, 0, 1), residual: array(-3, -4, 0, 2) },
  ],
  lens: [
    ['embedding', 'a', 'b', 'c'],
    ['layer0.attention', 'b', 'a', ''],
    ['layer0.mlp', '', 'b', 'd'],
  ].map(([stage, ...texts]) => ({
    stage: stage!,
    positions: [
      {},
      {
        candidates: texts.map((text, index) => ({
          token: { text, id: text ? text.charCodeAt(0) : 0 },
          probability: (5 - index) / 10,
        })),
      },
    ],
  })),
});

it('has the stages of the lens, in its order', () => {
  const names = stagesOf(trace).map(({ kind, layer }) =>
    layer < 0 ? kind : `layer${layer}.${kind}`,
  );
  expect(names).toEqual(trace.lens.map(({ stage }) => stage));
});

it('measures the stream after each stage', () => {
  expect(normsOf(stagesOf(trace))).toEqual([5, 1, 10, 1, 5, 2]);
});

it('tells how far each stage turned it', () => {
  const [first, second, third, fourth] = turnsOf(stagesOf(trace));
  expect(first).toBeCloseTo(1, 12);
  expect(second).toBe(0);
  expect(third).toBeCloseTo(-1, 12);
  expect(fourth).toBe(1);
});

it('compares positions with each other', () => {
  const [same, other, back, self] = likenessOf(stagesOf(trace)[0]!);
  expect(same).toBeCloseTo(1, 12);
  expect(other).toBeCloseTo(0.6, 12);
  expect(back).toBe(other);
  expect(self).toBe(1);
});

it('has no stages where the residual stream was not asked for', () => {
  const stages = stagesOf(create(TraceResponseSchema, { layers: [{}] }));
  expect(stages).toEqual([]);
  expect(normsOf(stages)).toEqual([]);
});

it('follows those that lead at the end through the stages', () => {
  expect(coursesOf(trace.lens, 1, 2)).toEqual([
    { text: '', probabilities: [undefined, 0.3, 0.5] },
    { text: 'b', probabilities: [0.4, 0.5, 0.4] },
  ]);
  expect(coursesOf(trace.lens, 0, 2)).toEqual([]);
});
