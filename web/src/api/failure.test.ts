// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect, it } from 'vitest';

import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../gen/google/rpc/error_details_pb';
import { failureOf } from './failure';

it('has the sentence without the status in front', () => {
  const sentence = 'temperature: -0.5 is below the minimum 0';
  expect(failureOf(new ConnectError(sentence, Code.InvalidArgument))).toEqual({
    code: 'INVALID_ARGUMENT',
    sentence,
  });
});

it('spells every status as the API does', () => {
  const code = (code: Code) => failureOf(new ConnectError('', code)).code;
  expect(code(Code.Canceled)).toBe('CANCELLED');
  expect(code(Code.DeadlineExceeded)).toBe('DEADLINE_EXCEEDED');
  expect(code(Code.NotFound)).toBe('NOT_FOUND');
});

it('reads field, reason and delay of the details', () => {
  const error = new ConnectError('x', Code.ResourceExhausted, undefined, [
    {
      desc: BadRequestSchema,
      value: create(BadRequestSchema, {
        fieldViolations: [{ field: 'config.n_embd', description: 'y' }],
      }),
    },
    {
      desc: ErrorInfoSchema,
      value: create(ErrorInfoSchema, { reason: 'STORE_FULL' }),
    },
    {
      desc: RetryInfoSchema,
      value: create(RetryInfoSchema, {
        retryDelay: { seconds: 2n, nanos: 500_000_000 },
      }),
    },
  ]);
  expect(failureOf(error)).toEqual({
    code: 'RESOURCE_EXHAUSTED',
    sentence: 'x',
    field: 'config.n_embd',
    reason: 'STORE_FULL',
    retryMs: 2500,
  });
});

it('tells a server that does not answer from one that refuses', () => {
  const offline = { code: 'OFFLINE', sentence: '' };
  expect(failureOf(new TypeError('Failed to fetch'))).toEqual(offline);
  expect(
    failureOf(ConnectError.from(new TypeError('Failed to fetch'))),
  ).toEqual(offline);
  expect(failureOf(new ConnectError('draining', Code.Unavailable)).code).toBe(
    'UNAVAILABLE',
  );
});
