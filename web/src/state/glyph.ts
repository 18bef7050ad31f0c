// SPDX-License-Identifier: MIT
export const begin = '⟨';
export const end = '⟩';

const visible: Readonly<Record<string, string>> = {
  ' ': '␣',
  '\u00a0': '⍽',
  '\u3000': '□',
  '\t': '⇥',
};

// A token's text as something that can be seen. BOS is the mark at the end of
// a string where it is predicted, the one at its begin where it is read.
export function glyph(text: string | undefined, mark = end): string {
  if (!text) return mark;
  if (visible[text]) return visible[text];
  // A mark that joins needs something to stand on.
  return /^\p{M}/u.test(text) ? '◌' + text : text;
}
