// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import {
  ConfigSchema,
  Optimizer,
  Precision,
  Tokenizer,
} from '../gen/microgpt/v1/microgpt_pb';
import { configOf, settingsIn, settingsOf } from './config';

it('takes 0 as a value, and nothing as the default', () => {
  const config = configOf({ seed: '0', steps: '' });
  expect(config.seed).toBe(0);
  expect(config.steps).toBeUndefined();
});

it('gives back the config that it was made of, number for number', () => {
  const config = create(ConfigSchema, {
    nLayer: 2,
    nEmbd: 32,
    nHead: 8,
    blockSize: 12,
    steps: 300,
    batchSize: 4,
    learningRate: 0.1 + 0.2,
    seed: 0,
    validation: 0.05,
    beta1: 0.85,
    beta2: 0.99,
    eps: 1e-8,
    initStd: 0.08,
    optimizer: Optimizer.SGD,
    precision: Precision.FLOAT64,
    tokenizer: Tokenizer.GRAPHEME,
    threads: 2,
  });
  expect(configOf(settingsOf(config))).toEqual(config);
});

it('has every field that a Config has', () => {
  const names = Object.keys(
    settingsOf(
      create(ConfigSchema, {
        ...Object.fromEntries(
          ConfigSchema.fields.map(({ localName }) => [localName, 1]),
        ),
      }),
    ),
  );
  expect(names.length).toBe(ConfigSchema.fields.length);
});

it('reads settings out of an address, and nothing else', () => {
  expect(settingsIn({ n_embd: '32', dataset: 'names', seed: '0' })).toEqual({
    n_embd: '32',
    seed: '0',
  });
});
