// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { barsScene, longest } from './bars-scene';
import type { Palette } from './colours';

const colours = {
  text: 'black',
  muted: 'grey',
  accent: 'green',
  series: ['a', 'b'],
  background: 'white',
} as unknown as Palette;

it('draws bars as long as their values are large', () => {
  const bars = [
    { label: 'a', value: 0.5 },
    { label: 'b', value: 0.25, strong: true, note: 'comes next' },
  ];
  const { shapes } = barsScene('t', bars, String, colours);
  const boxes = shapes.filter((shape) => shape.kind === 'box');
  expect(boxes[0]!.width).toBe(2 * boxes[1]!.width);
  const texts = shapes.flatMap((s) => (s.kind === 'text' ? [s.text] : []));
  expect(texts).toContain('0.25 · comes next');
});

it('tells a figure below 0, which has no bar', () => {
  const { shapes } = barsScene(
    't',
    [{ label: 'a', value: -2 }],
    String,
    colours,
  );
  expect(shapes.find((shape) => shape.kind === 'box')!.width).toBe(0);
  const texts = shapes.flatMap((s) => (s.kind === 'text' ? [s.text] : []));
  expect(texts).toContain('-2');
});

it('has a scale for nothing but zeros, too', () => {
  expect(longest([])).toBe(1);
  expect(longest([{ label: 'a', value: 0 }])).toBe(1);
});
