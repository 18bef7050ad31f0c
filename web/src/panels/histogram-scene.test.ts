// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import type { Palette } from '../charts/colours';
import { binAt, binOf, histogramScene } from './histogram-scene';

const histogram = { counts: [1, 4, 2], min: -1, max: 2 };
const colours = { series: ['a', 'b'], accent: 'c' } as unknown as Palette;

it('knows the edges of its bins', () => {
  expect(binOf(histogram, 0)).toEqual({ from: -1, to: 0 });
  expect(binOf(histogram, 2)).toEqual({ from: 1, to: 2 });
});

it('finds a bin where its bar is drawn', () => {
  const labels = { x: 'value', y: 'count' };
  const scene = histogramScene(histogram, String, labels, colours, 300, 200);
  const boxes = scene.shapes.filter((shape) => shape.kind === 'box');
  for (const [bin, { x, width }] of boxes.entries()) {
    expect(binAt(histogram, x + 0.1, 300)).toBe(bin);
    expect(binAt(histogram, x + width, 300)).toBe(bin);
  }
  const right = boxes[2]!.x + boxes[2]!.width + 1;
  expect(binAt(histogram, boxes[0]!.x - 1, 300)).toBe(-1);
  expect(binAt(histogram, right + 0.1, 300)).toBe(-1);
});

it('draws bars as high as their counts', () => {
  const labels = { x: 'value', y: 'count' };
  const scene = histogramScene(histogram, String, labels, colours, 300, 200);
  const boxes = scene.shapes.filter((shape) => shape.kind === 'box');
  const heights = boxes.map(({ height }) => height);
  expect(heights[0]! * 4).toBeCloseTo(heights[1]!, 9);
  expect(heights[2]! * 2).toBeCloseTo(heights[1]!, 9);
  for (const { y, height } of boxes) expect(y + height).toBe(160);
});
