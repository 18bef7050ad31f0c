// SPDX-License-Identifier: MIT
import type { Palette } from '../charts/colours';
import type { Scene, Shape } from '../charts/scene';

export interface Multiple {
  label: string;
  values: readonly (number | undefined)[]; // [n, n], 0..1
}

// One small picture, without labels.
function smallShapes(
  { values }: Multiple,
  x: number,
  y: number,
  size: number,
  colours: Palette,
): Shape[] {
  const n = Math.max(1, Math.round(Math.sqrt(values.length)));
  const cell = size / n;
  return values.flatMap((value, index): Shape[] => {
    if (value === undefined) return [];
    const box = {
      x: x + (index % n) * cell,
      y: y + Math.floor(index / n) * cell,
      width: cell,
      height: cell,
    };
    return [{ kind: 'box', ...box, fill: colours.ramp(value) }];
  });
}

export function smallScene(
  multiple: Multiple,
  size: number,
  colours: Palette,
): Scene {
  return {
    width: size,
    height: size,
    background: colours.background,
    shapes: smallShapes(multiple, 0, 0, size, colours),
  };
}

// All of them in one picture, with their labels.
export function multiplesScene(
  title: string,
  multiples: readonly Multiple[],
  perRow: number,
  colours: Palette,
): Scene {
  const [size, gap, top] = [140, 28, 44];
  const columns = Math.min(perRow, multiples.length);
  const shapes: Shape[] = [
    {
      kind: 'text',
      x: gap,
      y: 24,
      text: title,
      colour: colours.text,
      size: 15,
      bold: true,
    },
  ];
  for (const [index, multiple] of multiples.entries()) {
    const x = gap + (index % columns) * (size + gap);
    const y = top + Math.floor(index / columns) * (size + gap);
    shapes.push(
      {
        kind: 'text',
        x,
        y: y + 12,
        text: multiple.label,
        colour: colours.muted,
        size: 12,
      },
      ...smallShapes(multiple, x, y + 18, size, colours),
    );
  }
  const rows = Math.ceil(multiples.length / columns);
  return {
    width: gap + columns * (size + gap),
    height: top + rows * (size + gap) + gap,
    background: colours.background,
    shapes,
  };
}
