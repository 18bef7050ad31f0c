// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';

import {
  changeQuery,
  href,
  match,
  pattern,
  readQuery,
  withQuery,
} from './address';

describe('match', () => {
  const inside = pattern('/models/:model/inside');

  it('gives the parameters of a path', () => {
    expect(match(inside, '/models/names@3/inside')).toEqual({
      model: 'names@3',
    });
  });

  it('reads what was escaped', () => {
    expect(match(inside, '/models/a%2Fb/inside')).toEqual({ model: 'a/b' });
  });

  it('does not mind a slash at the end', () => {
    expect(match(pattern('/models'), '/models/')).toEqual({});
  });

  it('refuses other paths', () => {
    expect(match(inside, '/models/names')).toBeUndefined();
    expect(match(inside, '/runs/names/inside')).toBeUndefined();
    expect(match(inside, '/models/names/inside/0')).toBeUndefined();
  });

  it('takes a broken escape as it stands', () => {
    expect(match(inside, '/models/%zz/inside')).toEqual({ model: '%zz' });
  });
});

describe('href', () => {
  it('leaves readable what people read', () => {
    expect(
      href(['models', 'names@3', 'inside'], { text: 'emma', layer: 0 }),
    ).toBe('/models/names@3/inside?text=emma&layer=0');
  });

  it('comes back through match and readQuery', () => {
    const text = 'a&b=c? %/ 東京 #';
    const address = new URL(href(['models', text], { text }), 'http://x');
    expect(match(pattern('/models/:model'), address.pathname)).toEqual({
      model: text,
    });
    expect(readQuery(address.search)).toEqual({ text });
  });

  it('leaves out what is unset, keeps 0', () => {
    expect(href(['x'], { a: undefined, b: '', c: false, d: 0, e: true })).toBe(
      '/x?d=0&e=1',
    );
  });
});

it('keeps a path as it is, a broken escape too', () => {
  expect(withQuery('/models/%zz/inside', { text: 'a' })).toBe(
    '/models/%zz/inside?text=a',
  );
});

describe('changeQuery', () => {
  it('changes what is named and keeps the rest', () => {
    expect(changeQuery({ a: '1', b: '2' }, { b: undefined, c: 3 })).toEqual({
      a: '1',
      c: '3',
    });
  });
});
