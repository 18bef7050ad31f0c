// SPDX-License-Identifier: MIT

// What joins the characters around it, and has no width of its own.
const joins = /[\p{M}\p{Cf}]/u;

// About as many pixels as a text takes: scenes are made where there is nothing
// to measure with. Characters of East Asia are about twice as wide.
export function widthOf(text: string, size: number): number {
  let ems = 0;
  for (const character of text) {
    if (joins.test(character)) continue;
    ems += character > '\u2e7f' ? 1.05 : 0.62;
  }
  return ems * size;
}
