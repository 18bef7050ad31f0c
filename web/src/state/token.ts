// SPDX-License-Identifier: MIT
import { language } from '../language/language.svelte';
import { glyph } from './glyph';

// A token as people read it where it comes next: the one without text is the
// end mark. White space of other kinds is told from a space by its glyph.
export function nextLabel(text: string): string {
  if (text === '') return `⟨${language.text.panels.end}⟩`;
  return text === ' ' ? `⟨${language.text.panels.space}⟩` : glyph(text);
}
