// SPDX-License-Identifier: MIT
//
// A Config's choices by name. 0 is the default, in words what it stands for.
import {
  Optimizer,
  Precision,
  Tokenizer,
} from '../gen/microgpt/v1/microgpt_pb';

export function optimizerName(optimizer: Optimizer): string {
  return optimizer === Optimizer.SGD ? 'SGD' : 'Adam';
}

export function precisionName(precision: Precision): string {
  return precision === Precision.FLOAT64 ? 'float64' : 'float32';
}

export function tokenizerName(tokenizer: Tokenizer): string {
  return tokenizer === Tokenizer.GRAPHEME ? 'grapheme' : 'code point';
}
