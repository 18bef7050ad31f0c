// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { GenerateRequestSchema } from '../../gen/microgpt/v1/microgpt_pb';
import { dartOf, generateRequest } from './request';

it('leaves to the server what is not given', () => {
  expect(generateRequest('names@1', { count: '', seed: ' ' })).toEqual(
    create(GenerateRequestSchema, { model: 'names@1' }),
  );
});

it('takes 0 as a value', () => {
  const request = generateRequest('m', { seed: '0', temperature: '0' });
  expect(request.seed).toBe(0);
  expect(request.temperature).toBe(0);
});

it('has all settings and conditions', () => {
  expect(
    generateRequest('m', {
      count: '7',
      temperature: '0.8',
      top_k: '5',
      top_p: '0.9',
      seed: '3',
      prefix: 'ma',
      suffix: 'a',
      contains: 'l',
      regex: '.*',
      alphabet: 'aml',
      min_length: '3',
      max_length: '8',
      novel: '1',
      unique: '1',
    }),
  ).toEqual(
    create(GenerateRequestSchema, {
      model: 'm',
      count: 7,
      temperature: 0.8,
      topK: 5,
      topP: 0.9,
      seed: 3,
      prefix: 'ma',
      novel: true,
      unique: true,
      where: {
        suffix: 'a',
        contains: 'l',
        regex: '.*',
        alphabet: 'aml',
        minLength: 3,
        maxLength: 8,
      },
    }),
  );
});

it('writes whole numbers where only those are numbers', () => {
  const request = generateRequest('m', {
    count: '2.6',
    top_k: '-1',
    seed: 'x',
  });
  expect(request.count).toBe(3);
  expect(request.topK).toBe(0);
  expect(request.seed).toBeUndefined();
});

it('writes no number that its field cannot hold', () => {
  const request = generateRequest('m', { count: '1e12', seed: '4294967296' });
  expect(request.count).toBe(2 ** 32 - 1);
  expect(request.seed).toBe(2 ** 32 - 1);
});

it('has a dart of a whole string, and of a seed where none is given', () => {
  expect(dartOf({ index: '1.5' }, 2)).toEqual({ index: 2, seed: 1, given: 2 });
  expect(dartOf({ index: '-1', seed: '0', top_k: '3' }, 0)).toEqual({
    index: 0,
    seed: 0,
    topK: 3,
    given: 0,
  });
});
