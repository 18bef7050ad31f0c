// SPDX-License-Identifier: MIT
import type { Palette } from '../charts/colours';
import type { Shape, Scene } from '../charts/scene';

export interface Histogram {
  counts: readonly number[];
  min: number;
  max: number;
}

// Edges of bin `index`.
export function binOf({ counts, min, max }: Histogram, index: number) {
  const width = (max - min) / Math.max(1, counts.length);
  return { from: min + index * width, to: min + (index + 1) * width };
}

const margin = { left: 52, right: 16, bottom: 40 };

// The bin at a place across a picture that is so wide; -1: beside all of them.
export function binAt({ counts }: Histogram, x: number, width: number): number {
  const room = width - margin.left - margin.right;
  const bin = Math.floor(((x - margin.left) / room) * counts.length);
  return bin >= 0 && bin < counts.length ? bin : -1;
}

// `at` is a bin to point out.
export function histogramScene(
  histogram: Histogram,
  write: (value: number) => string,
  labels: { title?: string; x: string; y: string },
  colours: Palette,
  width: number,
  height: number,
  at?: number,
): Scene {
  const { counts, min, max } = histogram;
  const top = labels.title ? 44 : 16;
  const bottom = height - margin.bottom;
  const most = Math.max(1, ...counts);
  const room = width - margin.left - margin.right;
  const bar = room / Math.max(1, counts.length);
  const words = { kind: 'text', colour: colours.muted, size: 12 } as const;
  const shapes: Shape[] = counts.map((count, index) => {
    const size = ((bottom - top) * count) / most;
    return {
      kind: 'box',
      x: margin.left + index * bar,
      y: bottom - size,
      width: Math.max(1, bar - 1),
      height: size,
      fill: index === at ? colours.series[1]! : colours.accent,
    };
  });
  const zero = margin.left + (room * (0 - min)) / (max - min || 1);
  if (min < 0 && max > 0) {
    shapes.push({
      kind: 'line',
      points: [
        [zero, top],
        [zero, bottom],
      ],
      colour: colours.muted,
      width: 1,
      dash: [3, 3],
    });
    shapes.push({
      ...words,
      x: zero,
      y: bottom + 16,
      text: '0',
      anchor: 'middle',
    });
  }
  shapes.push(
    {
      kind: 'line',
      points: [
        [margin.left, bottom],
        [width - margin.right, bottom],
      ],
      colour: colours.muted,
      width: 1,
    },
    { ...words, x: margin.left, y: bottom + 16, text: write(min) },
    {
      ...words,
      x: width - margin.right,
      y: bottom + 16,
      text: write(max),
      anchor: 'end',
    },
    {
      ...words,
      x: margin.left - 6,
      y: top + 6,
      text: write(most),
      anchor: 'end',
    },
    { ...words, x: margin.left - 6, y: bottom, text: '0', anchor: 'end' },
    {
      ...words,
      x: width - margin.right,
      y: bottom + 34,
      text: labels.x,
      anchor: 'end',
    },
    {
      ...words,
      x: 14,
      y: (top + bottom) / 2,
      text: labels.y,
      anchor: 'middle',
      turned: true,
    },
  );
  if (labels.title) {
    shapes.push({
      kind: 'text',
      x: 14,
      y: 26,
      text: labels.title,
      colour: colours.text,
      size: 15,
      bold: true,
    });
  }
  return { width, height, background: colours.background, shapes };
}
