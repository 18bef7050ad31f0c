// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';

import { contrast, dark, light, textOn } from './colours';

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s palette', (_, colours) => {
  it('has lines that stand out from the background', () => {
    for (const colour of [...colours.series, colours.accent]) {
      expect(contrast(colour, colours.background), colour).toBeGreaterThan(3);
    }
  });

  it('has text that can be read, also on each shade', () => {
    expect(contrast(colours.text, colours.background)).toBeGreaterThan(7);
    expect(contrast(colours.muted, colours.background)).toBeGreaterThan(4.5);
    for (let share = 0; share <= 1; share += 0.05) {
      const shade = colours.ramp(share);
      const text = textOn(shade);
      expect(contrast(text, shade), `${share}`).toBeGreaterThan(4.5);
    }
  });
});

it('measures contrast as WCAG does', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
});
