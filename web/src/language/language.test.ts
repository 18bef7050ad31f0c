// SPDX-License-Identifier: MIT
import { afterEach, expect, it, vi } from 'vitest';

import { language } from './language.svelte';
import { zh } from './zh';

afterEach(() => vi.unstubAllGlobals());

it('shows the language that was chosen last, also where another comes late', async () => {
  const documentElement = { lang: '' };
  const stored: string[] = [];
  vi.stubGlobal('document', { documentElement });
  vi.stubGlobal('localStorage', {
    setItem: (_: string, tag: string) => stored.push(tag),
  });
  let come = () => {};
  const late = new Promise<void>((resolve) => (come = resolve));
  vi.doMock('./ja', async (original) => {
    await late;
    return original();
  });
  const japanese = language.choose('ja');
  await language.choose('zh-Hans');
  come();
  await japanese;
  expect(stored).toEqual(['ja', 'zh-Hans']);
  expect(language.tag).toBe('zh-Hans');
  expect(language.text).toBe(zh);
  expect(documentElement.lang).toBe('zh-Hans');
});
