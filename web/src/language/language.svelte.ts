// SPDX-License-Identifier: MIT
import { keep, kept } from '../state/kept';
import type { Catalogue } from './en';

// Every language by its BCP 47 tag, in its own words.
export const languages = {
  en: 'English',
  ja: '日本語',
  'zh-Hans': '简体中文',
} as const;
export type Tag = keyof typeof languages;

const key = 'microgpt.language';

const loaders: Record<Tag, () => Promise<Catalogue>> = {
  en: async () => (await import('./en')).en,
  ja: async () => (await import('./ja')).ja,
  'zh-Hans': async () => (await import('./zh')).zh,
};

// The first of the reader's languages that there is.
export function preferred(wanted: readonly string[]): Tag {
  for (const tag of wanted) {
    const primary = tag.toLowerCase().split('-')[0];
    const found = (Object.keys(languages) as Tag[]).find(
      (known) => known.split('-')[0] === primary,
    );
    if (found) return found;
  }
  return 'en';
}

function stored(): Tag | undefined {
  const value = kept(key);
  return value && value in languages ? (value as Tag) : undefined;
}

// The reader's language. `text` is the catalogue: a page reads
// `language.text.models.title`.
class Language {
  #tag = $state<Tag>('en');
  #text = $state.raw<Catalogue>();
  #wanted: Tag = 'en'; // the last that was asked for

  get tag(): Tag {
    return this.#tag;
  }

  get text(): Catalogue {
    if (!this.#text) throw new Error('no catalogue is loaded yet');
    return this.#text;
  }

  async start(): Promise<void> {
    await this.#load(stored() ?? preferred(navigator.languages));
  }

  async choose(tag: Tag): Promise<void> {
    keep(key, tag);
    await this.#load(tag);
  }

  async #load(tag: Tag): Promise<void> {
    this.#wanted = tag;
    const text = await loaders[tag]();
    if (this.#wanted !== tag) return;
    this.#text = text;
    this.#tag = tag;
    document.documentElement.lang = tag;
  }
}

export const language = new Language();
