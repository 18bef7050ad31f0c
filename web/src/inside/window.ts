// SPDX-License-Identifier: MIT
//
// A part of a long text's trace, as large as can be looked at.
import { create } from '@bufbuild/protobuf';

import {
  type Array as Numbers,
  ArraySchema,
  type TraceResponse,
  type TraceResponse_Gradients,
  type TraceResponse_Layer,
} from '../gen/microgpt/v1/inspector_pb';
import { part } from './arrays';

export const mostPositions = 64;

type Maybe = Numbers | undefined;

// Rows first, first + 1, … of [n, …].
function rows(array: Maybe, first: number, count: number): Maybe {
  if (!array) return undefined;
  const [n = 0, ...rest] = array.shape;
  const size = n > 0 ? array.values.length / n : 0;
  const values = array.values.slice(first * size, (first + count) * size);
  return create(ArraySchema, { shape: [count, ...rest], values });
}

// Of [H, n, n] the queries and keys in sight.
function squares(array: Maybe, first: number, count: number): Maybe {
  if (!array) return undefined;
  const [heads = 0, n = 0] = array.shape;
  const values: number[] = [];
  for (let head = 0; head < heads; ++head) {
    for (let query = first; query < Math.min(n, first + count); ++query) {
      values.push(...part(array, head, query).slice(first, first + count));
    }
  }
  return create(ArraySchema, { shape: [heads, count, count], values });
}

function layerOf(
  layer: TraceResponse_Layer,
  first: number,
  count: number,
): TraceResponse_Layer {
  const cut = { ...layer };
  for (const name of [
    'attentionInput',
    'attentionOutput',
    'residualMiddle',
    'mlpInput',
    'mlpOutput',
    'residual',
    'queries',
    'keys',
    'values',
    'headOutputs',
    'mlpHidden',
  ] as const) {
    const array = rows(layer[name], first, count);
    if (array) cut[name] = array;
  }
  for (const name of ['scores', 'weights'] as const) {
    const array = squares(layer[name], first, count);
    if (array) cut[name] = array;
  }
  return cut;
}

function gradientsOf(
  gradients: TraceResponse_Gradients | undefined,
  first: number,
  count: number,
): TraceResponse_Gradients | undefined {
  if (!gradients) return undefined;
  const embedding = rows(gradients.embedding, first, count);
  return {
    ...gradients,
    layers: gradients.layers.map((layer) => layerOf(layer, first, count)),
    ...(embedding ? { embedding } : {}),
  };
}

// The positions first, first + 1, … of a trace, and what it has of them. Its
// loss, tensors and shares stay those of the whole text.
export function windowOf(trace: TraceResponse, first: number): TraceResponse {
  const n = trace.positions.length;
  if (n <= mostPositions) return trace;
  const count = Math.min(mostPositions, n - first);
  const cut: TraceResponse = {
    ...trace,
    positions: trace.positions.slice(first, first + count),
    layers: trace.layers.map((layer) => layerOf(layer, first, count)),
    lens: trace.lens.map((lens) => ({
      ...lens,
      positions: lens.positions.slice(first, first + count),
    })),
  };
  for (const name of [
    'tokenEmbeddings',
    'positionEmbeddings',
    'embedding',
    'logits',
  ] as const) {
    const array = rows(trace[name], first, count);
    if (array) cut[name] = array;
  }
  const gradients = gradientsOf(trace.gradients, first, count);
  if (gradients) cut.gradients = gradients;
  return cut;
}
