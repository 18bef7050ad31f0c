// SPDX-License-Identifier: MIT
//
// A Config's fields: names, defaults and ranges, as microgpt.proto has them.
// What they mean stands in the catalogues, language/*/config.ts.
import { create } from '@bufbuild/protobuf';

import {
  type Config,
  ConfigSchema,
  Optimizer,
  Precision,
  Tokenizer,
} from '../gen/microgpt/v1/microgpt_pb';

export type NumberName =
  | 'nLayer'
  | 'nEmbd'
  | 'nHead'
  | 'blockSize'
  | 'steps'
  | 'batchSize'
  | 'learningRate'
  | 'seed'
  | 'validation'
  | 'beta1'
  | 'beta2'
  | 'eps'
  | 'initStd'
  | 'threads';
export type ChoiceName = 'optimizer' | 'precision' | 'tokenizer';
export type FieldName = NumberName | ChoiceName;

export interface NumberField {
  name: NumberName;
  key: string; // as the proto and the address bar spell it
  default: number;
  min: number;
  max: number;
  whole: boolean;
}

const whole = (
  name: NumberName,
  key: string,
  byDefault: number,
  min: number,
  max: number,
): NumberField => ({ name, key, default: byDefault, min, max, whole: true });

const real = (
  name: NumberName,
  key: string,
  byDefault: number,
  min: number,
  max: number,
): NumberField => ({ name, key, default: byDefault, min, max, whole: false });

export const shapeFields: readonly NumberField[] = [
  whole('nLayer', 'n_layer', 1, 1, 64),
  whole('nEmbd', 'n_embd', 16, 1, 1024),
  whole('nHead', 'n_head', 4, 1, 64),
  whole('blockSize', 'block_size', 16, 1, 1024),
];

export const trainingFields: readonly NumberField[] = [
  whole('steps', 'steps', 1000, 1, 1_000_000),
  whole('batchSize', 'batch_size', 1, 1, 4096),
  real('learningRate', 'learning_rate', 0.01, 0, 10),
  real('validation', 'validation', 0, 0, 0.5),
  whole('seed', 'seed', 42, 0, 4_294_967_295),
];

export const fineFields: readonly NumberField[] = [
  real('beta1', 'beta1', 0.85, 0, 1),
  real('beta2', 'beta2', 0.99, 0, 1),
  real('eps', 'eps', 1e-8, 0, 1),
  real('initStd', 'init_std', 0.08, 0, 10),
  whole('threads', 'threads', 1, 1, 64),
];

export const numberFields: readonly NumberField[] = [
  ...shapeFields,
  ...trainingFields,
  ...fineFields,
];

export interface ChoiceField {
  name: ChoiceName;
  // The default first.
  options: readonly { key: string; label: string; value: number }[];
}

export const choiceFields: readonly ChoiceField[] = [
  {
    name: 'optimizer',
    options: [
      { key: 'adam', label: 'Adam', value: Optimizer.ADAM },
      { key: 'sgd', label: 'SGD', value: Optimizer.SGD },
    ],
  },
  {
    name: 'precision',
    options: [
      { key: 'float32', label: 'float32', value: Precision.FLOAT32 },
      { key: 'float64', label: 'float64', value: Precision.FLOAT64 },
    ],
  },
  {
    name: 'tokenizer',
    options: [
      { key: 'code_point', label: 'code point', value: Tokenizer.CODE_POINT },
      { key: 'grapheme', label: 'grapheme', value: Tokenizer.GRAPHEME },
    ],
  },
];

// What SGD's learning rate is where none is given.
export const sgdLearningRate = 0.1;

// Settings as a form and the address bar have them: by key, as text; what is
// not given has its default.
export type Settings = Readonly<Record<string, string>>;

export function settingsOf(config: Config): Settings {
  const settings: Record<string, string> = {};
  for (const { name, key } of numberFields) {
    const value = config[name];
    if (value !== undefined) settings[key] = String(value);
  }
  for (const { name, options } of choiceFields) {
    const option = options.find(({ value }) => value === config[name]);
    if (option) settings[name] = option.key;
  }
  return settings;
}

export function configOf(settings: Settings): Config {
  const config = create(ConfigSchema);
  for (const { name, key } of numberFields) {
    const text = settings[key]?.trim();
    if (text) config[name] = Number(text);
  }
  for (const { name, options } of choiceFields) {
    const option = options.find(({ key }) => key === settings[name]);
    // Each choice's own enum: the table above pairs them.
    if (option) Object.assign(config, { [name]: option.value });
  }
  return config;
}

// The settings' keys in an address; nothing else of it.
export function settingsIn(query: Readonly<Record<string, string>>): Settings {
  const keys = [
    ...numberFields.map(({ key }) => key),
    ...choiceFields.map(({ name }) => name),
  ];
  return Object.fromEntries(
    keys.flatMap((key) =>
      query[key] === undefined ? [] : [[key, query[key]]],
    ),
  );
}

export function optimizerName(optimizer: Optimizer): string {
  return optimizer === Optimizer.SGD ? 'SGD' : 'Adam';
}

export function precisionName(precision: Precision): string {
  return precision === Precision.FLOAT64 ? 'float64' : 'float32';
}

export function tokenizerName(tokenizer: Tokenizer): string {
  return tokenizer === Tokenizer.GRAPHEME ? 'grapheme' : 'code point';
}
