// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { TraceResponseSchema } from '../gen/microgpt/v1/inspector_pb';
import { part } from './arrays';
import { mostPositions, windowOf } from './window';

function traceOf(n: number) {
  const values = (count: number) => [...Array(count).keys()];
  return create(TraceResponseSchema, {
    positions: values(n).map((id) => ({ token: { id } })),
    embedding: { shape: [n, 2], values: values(2 * n) },
    layers: [
      {
        layer: 1,
        mlpActive: 0.5,
        residual: { shape: [n, 2], values: values(2 * n) },
        weights: { shape: [2, n, n], values: values(2 * n * n) },
      },
    ],
    lens: [{ stage: 'embedding', positions: values(n).map(() => ({})) }],
    gradients: { embedding: { shape: [n, 1], values: values(n) } },
  });
}

it('leaves a short text as it is', () => {
  const trace = traceOf(mostPositions);
  expect(windowOf(trace, 0)).toBe(trace);
});

it('cuts everything that belongs to positions, and nothing else', () => {
  const [n, first] = [100, 50];
  const cut = windowOf(traceOf(n), first);
  expect(cut.positions.length).toBe(50);
  expect(cut.positions[0]!.token?.id).toBe(first);
  expect(cut.lens[0]!.positions.length).toBe(50);
  expect(part(cut.embedding, 1)).toEqual([102, 103]);
  const layer = cut.layers[0]!;
  expect([layer.layer, layer.mlpActive]).toEqual([1, 0.5]);
  expect(part(layer.residual, 0)).toEqual([100, 101]);
  expect(layer.weights!.shape).toEqual([2, 50, 50]);
  expect(part(layer.weights, 1, 3, 2)).toEqual([
    n * n + (first + 3) * n + first + 2,
  ]);
  expect(part(cut.gradients?.embedding, 4)).toEqual([54]);
});

it('shows no more than can be looked at', () => {
  expect(windowOf(traceOf(100), 0).positions.length).toBe(mostPositions);
});
