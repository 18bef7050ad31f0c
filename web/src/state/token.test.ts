// SPDX-License-Identifier: MIT
import { expect, it, vi } from 'vitest';

import { en } from '../language/en';
import { nextLabel } from './token';

vi.mock('../language/language.svelte', () => ({ language: { text: en } }));

it('tells the end mark and every kind of white space apart', () => {
  const texts = ['', ' ', '\t', '\u00a0', '\u3000', 'a'];
  expect(texts.map(nextLabel)).toEqual([
    '⟨end⟩',
    '⟨space⟩',
    '⇥',
    '⍽',
    '□',
    'a',
  ]);
});
