// SPDX-License-Identifier: MIT
import { afterEach, expect, it, vi } from 'vitest';

import { keep, kept } from './kept';

// As a browser does it where site data is blocked.
function block() {
  vi.stubGlobal('localStorage', undefined);
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => {
      throw new DOMException('Access is denied', 'SecurityError');
    },
  });
}

// A page, as far as a choice of theme or language changes it.
function makePage() {
  const documentElement = { lang: '', dataset: {} as Record<string, string> };
  vi.stubGlobal('document', { documentElement });
  vi.stubGlobal('navigator', { languages: ['zh-CN'] });
  return documentElement;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

it('has at the next visit what was chosen at this one', () => {
  const store = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => store.get(key) ?? null,
    setItem: (key: string, value: string) => store.set(key, value),
  });
  expect(kept('microgpt.theme')).toBeUndefined();
  keep('microgpt.theme', 'dark');
  expect(kept('microgpt.theme')).toBe('dark');
});

it('does without where site data is blocked', () => {
  block();
  keep('microgpt.theme', 'dark');
  expect(kept('microgpt.theme')).toBeUndefined();
});

it('chooses a theme where site data is blocked', async () => {
  block();
  const page = makePage();
  const { theme } = await import('../app/theme.svelte');
  expect(theme.chosen).toBe('system');
  theme.chosen = 'dark';
  expect(page.dataset).toEqual({ theme: 'dark' });
});

it('chooses a language where site data is blocked', async () => {
  block();
  const page = makePage();
  const { language } = await import('../language/language.svelte');
  await language.start();
  expect(page.lang).toBe('zh-Hans');
  await language.choose('ja');
  expect(page.lang).toBe('ja');
});
