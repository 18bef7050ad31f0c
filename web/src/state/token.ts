// SPDX-License-Identifier: MIT
import { language } from '../language/language.svelte';

// A token as people read it where it comes next: the one without text is the
// end mark.
export function nextLabel(text: string): string {
  if (text === '') return `⟨${language.text.panels.end}⟩`;
  return text.trim() === '' ? `⟨${language.text.panels.space}⟩` : text;
}

// As one that was read: the one without text begins a string.
export function readLabel(text: string): string {
  return text === '' ? `⟨${language.text.panels.start}⟩` : nextLabel(text);
}
