// SPDX-License-Identifier: MIT
import type { Palette } from './colours';
import type { Scene, Shape } from './scene';

export interface Bar {
  label: string;
  value: number; // below 0 it has no bar, but its figure
  note?: string | undefined; // beside the value
  strong?: boolean; // to be pointed out; `note` says why
}

// What the longest bar stands for; 1 where there is nothing to compare.
export function longest(bars: readonly Bar[]): number {
  return Math.max(0, ...bars.map(({ value }) => value)) || 1;
}

const [left, top, row, edge] = [150, 40, 26, 16];

// The bars as a picture of its own.
export function barsScene(
  title: string,
  bars: readonly Bar[],
  read: (value: number) => string,
  colours: Palette,
  width = 640,
): Scene {
  const room = width - left - 120 - edge;
  const most = longest(bars);
  const shapes: Shape[] = [
    {
      kind: 'text',
      x: edge,
      y: 24,
      text: title,
      colour: colours.text,
      size: 15,
      bold: true,
    },
  ];
  for (const [index, { label, value, note, strong }] of bars.entries()) {
    const y = top + index * row;
    const length = (room * Math.max(0, value)) / most;
    const words = { kind: 'text', size: 13, baseline: 'middle' } as const;
    const middle = y + row / 2;
    shapes.push(
      {
        ...words,
        x: left - 8,
        y: middle,
        text: label,
        colour: colours.text,
        anchor: 'end',
        ...(strong ? { bold: true } : {}),
      },
      {
        kind: 'box',
        x: left,
        y: y + 4,
        width: length,
        height: row - 8,
        fill: strong ? colours.series[1]! : colours.accent,
      },
      {
        ...words,
        x: left + length + 6,
        y: middle,
        text: note ? `${read(value)} · ${note}` : read(value),
        colour: colours.muted,
      },
    );
  }
  const height = top + bars.length * row + edge;
  return { width, height, background: colours.background, shapes };
}
