// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { ArraySchema } from '../gen/microgpt/v1/inspector_pb';
import { framesOf, lookedAt, rowsAt } from './frames';

it('goes through every layer between the embedding and the draw', () => {
  const kinds = framesOf(2).map((frame) =>
    'layer' in frame ? `${frame.kind} ${frame.layer}` : frame.kind,
  );
  expect(kinds).toEqual([
    'embedding',
    'attention 0',
    'mlp 0',
    'attention 1',
    'mlp 1',
    'logits',
    'probabilities',
    'draw',
  ]);
});

it('takes the rows of a position', () => {
  const array = (...values: number[]) =>
    create(ArraySchema, { shape: [2, 2], values });
  expect(rowsAt([array(1, 2, 3, 4), array(5, 6, 7, 8)], 1)).toEqual([
    3, 4, 7, 8,
  ]);
});

it('takes what each head looks at, up to the position itself', () => {
  const weights = create(ArraySchema, {
    shape: [2, 3, 3],
    values: [...Array(18).keys()],
  });
  expect(lookedAt(weights, 1)).toEqual([3, 4, 12, 13]);
});
