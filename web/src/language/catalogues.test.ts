// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';

import { en } from './en';
import { ja } from './ja';
import { preferred } from './language.svelte';
import { zh } from './zh';

// "models.title: string", of every text of a catalogue.
function names(catalogue: object, path = ''): string[] {
  return Object.entries(catalogue).flatMap(([name, value]) =>
    typeof value === 'object'
      ? names(value, `${path}${name}.`)
      : [`${path}${name}: ${typeof value}`],
  );
}

type Sentence = (...fields: string[]) => string;

// ["models.version", …], of every text with something to put into it.
function sentences(catalogue: object, path = ''): [string, Sentence][] {
  return Object.entries(catalogue).flatMap(([name, value]) => {
    if (typeof value === 'function') return [[`${path}${name}`, value]];
    return typeof value === 'object' ? sentences(value, `${path}${name}.`) : [];
  });
}

// The fields that a sentence does not say. English tells how many there are:
// in another language a function may leave out the last ones.
function unsaid(catalogue: object): string[] {
  const all = new Map(sentences(catalogue));
  return sentences(en).flatMap(([name, english]) => {
    const fields = Array.from({ length: english.length }, (_, i) => `«${i}»`);
    const said = all.get(name)?.(...fields) ?? '';
    return fields
      .filter((field) => !said.includes(field))
      .map((field) => `${name} ${field}`);
  });
}

function texts(catalogue: object): string[] {
  return Object.values(catalogue).flatMap((value) => {
    if (typeof value === 'object') return texts(value);
    return typeof value === 'string' ? [value] : [];
  });
}

describe.each([
  ['en', en],
  ['ja', ja],
  ['zh', zh],
])('the sentences of %s', (_, catalogue) => {
  it('say all that is put into them', () => {
    expect(sentences(catalogue).length).toBeGreaterThan(50);
    expect(unsaid(catalogue)).toEqual([]);
  });
});

describe.each([
  ['ja', ja],
  ['zh', zh],
])('the catalogue %s', (_, catalogue) => {
  it('has the texts that the English one has, and no others', () => {
    expect(names(catalogue)).toEqual(names(en));
  });

  it('leaves none empty', () => {
    expect(texts(catalogue).filter((text) => text.trim() === '')).toEqual([]);
  });

  it('is not English', () => {
    const english = new Set(
      texts(en).filter((text) => text.split(' ').length > 2),
    );
    expect(texts(catalogue).filter((text) => english.has(text))).toEqual([]);
  });
});

describe('preferred', () => {
  it('takes the first language that there is', () => {
    expect(preferred(['de-AT', 'ja-JP', 'en'])).toBe('ja');
    expect(preferred(['zh-CN'])).toBe('zh-Hans');
  });

  it('falls back on English', () => {
    expect(preferred(['de'])).toBe('en');
    expect(preferred([])).toBe('en');
  });
});
