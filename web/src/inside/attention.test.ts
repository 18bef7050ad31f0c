// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { ArraySchema } from '../gen/microgpt/v1/inspector_pb';
import { headsShown, triangleOf } from './attention';

it('leaves out keys that come after the query', () => {
  const weights = create(ArraySchema, {
    shape: [2, 2, 2],
    values: [1, 0, 0.25, 0.75, 1, 0, 0.5, 0.5],
  });
  expect(triangleOf(weights, 0)).toEqual([1, undefined, 0.25, 0.75]);
  expect(triangleOf(weights, 1)).toEqual([1, undefined, 0.5, 0.5]);
  expect(triangleOf(undefined, 0)).toEqual([]);
});

it('shows all heads, or those of one layer where they are many', () => {
  expect(headsShown(2, 8, 1).length).toBe(16);
  expect(headsShown(12, 8, 5)).toEqual(
    Array.from({ length: 8 }, (_, head) => ({ layer: 5, head })),
  );
});
