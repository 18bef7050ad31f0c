// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { type Data, missingIn, suggestedModel } from './data';

const data: Data = {
  source: 'text',
  dataset: 'names',
  text: '',
  file: undefined,
};

it('misses the text, or the file, that the reader means to give', () => {
  expect(missingIn(data)).toBe('text');
  expect(missingIn({ ...data, text: ' \n\n ' })).toBe('text');
  expect(missingIn({ ...data, text: 'anna' })).toBeUndefined();
  expect(missingIn({ ...data, source: 'file' })).toBe('file');
  const file = new File(['anna'], 'anna.txt');
  expect(missingIn({ ...data, source: 'file', file })).toBeUndefined();
  expect(missingIn({ ...data, source: 'dataset' })).toBeUndefined();
});

it('names a model after its text, and never as an example does', () => {
  expect(suggestedModel({ ...data, source: 'dataset' })).toBe('names');
  const file = new File(['anna'], 'My pets.txt');
  expect(suggestedModel({ ...data, source: 'file', file })).toBe('my-pets');
  const nameless = new File(['anna'], '名前.txt');
  const others = [
    data,
    { ...data, source: 'file' as const, file: nameless },
    { ...data, source: 'dataset' as const, dataset: 'sha256:87428fc5' },
  ];
  expect(others.map(suggestedModel)).toEqual(['pasted', 'unnamed', 'unnamed']);
});
