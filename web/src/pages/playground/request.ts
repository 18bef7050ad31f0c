// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';

import type { Query } from '../../app/address';
import {
  ConditionSchema,
  type GenerateRequest,
  GenerateRequestSchema,
} from '../../gen/microgpt/v1/microgpt_pb';

// A number of an address; undefined where there is none.
function numberOf(query: Query, key: string): number | undefined {
  const text = query[key]?.trim();
  if (!text) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

// uint32 fields take whole numbers only, and none that is larger than this; the
// server cannot say so, since such a message cannot even be written.
const largest = 2 ** 32 - 1;

function wholeOf(query: Query, key: string): number | undefined {
  const value = numberOf(query, key);
  if (value === undefined) return undefined;
  return Math.min(largest, Math.max(0, Math.round(value)));
}

// How to draw, as Generate and NextTokens have it.
export function samplingOf(query: Query) {
  return {
    temperature: numberOf(query, 'temperature'),
    topK: wholeOf(query, 'top_k'),
    topP: numberOf(query, 'top_p'),
    seed: wholeOf(query, 'seed'),
  };
}

// There is no dart without a seed: this one, where none is given.
export const usualSeed = 1;

// What decides the next dart, as NextTokens has it. No darts were thrown for
// the `given` tokens, Generate's own prefix.
export function dartOf(query: Query, given: number) {
  const { seed = usualSeed, ...sampling } = samplingOf(query);
  const index = wholeOf(query, 'index');
  return { ...defined({ ...sampling, index }), seed, given };
}

function conditionOf(query: Query) {
  const { suffix = '', contains = '', regex = '', alphabet = '' } = query;
  const minLength = wholeOf(query, 'min_length');
  const maxLength = wholeOf(query, 'max_length');
  const given =
    suffix + contains + regex + alphabet !== '' ||
    minLength !== undefined ||
    maxLength !== undefined;
  if (!given) return undefined;
  const texts = { suffix, contains, regex, alphabet };
  return create(ConditionSchema, {
    ...texts,
    ...defined({ minLength, maxLength }),
  });
}

function defined<T extends object>(
  values: T,
): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}

// What an address asks for: the API's own names, empty ones left out.
export function generateRequest(model: string, query: Query): GenerateRequest {
  const where = conditionOf(query);
  return create(GenerateRequestSchema, {
    model,
    prefix: query['prefix'] ?? '',
    novel: query['novel'] === '1',
    unique: query['unique'] === '1',
    ...defined({ ...samplingOf(query), count: wholeOf(query, 'count'), where }),
  });
}
