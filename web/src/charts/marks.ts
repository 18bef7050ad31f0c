// SPDX-License-Identifier: MIT
import type { Point, Shape } from './scene';

// Shapes of points, so that groups differ by more than by colour.
export type MarkShape =
  'circle' | 'square' | 'triangle' | 'diamond' | 'cross' | 'plus' | 'ring';

const outlines: Partial<Record<MarkShape, readonly Point[]>> = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  triangle: [
    [0, -1.15],
    [1.1, 0.85],
    [-1.1, 0.85],
  ],
  diamond: [
    [0, -1.3],
    [1.1, 0],
    [0, 1.3],
    [-1.1, 0],
  ],
};

const strokes: Partial<Record<MarkShape, readonly (readonly Point[])[]>> = {
  cross: [
    [
      [-0.9, -0.9],
      [0.9, 0.9],
    ],
    [
      [-0.9, 0.9],
      [0.9, -0.9],
    ],
  ],
  plus: [
    [
      [-1.15, 0],
      [1.15, 0],
    ],
    [
      [0, -1.15],
      [0, 1.15],
    ],
  ],
};

const ring = 12; // corners enough to look round

export function markShapes(
  shape: MarkShape,
  x: number,
  y: number,
  radius: number,
  colour: string,
): Shape[] {
  const at = (points: readonly Point[]) =>
    points.map(([dx, dy]): Point => [x + dx * radius, y + dy * radius]);
  const outline = outlines[shape];
  if (outline) return [{ kind: 'polygon', points: at(outline), fill: colour }];
  const lines = strokes[shape];
  if (lines) {
    return lines.map((points) => ({
      kind: 'line',
      points: at(points),
      colour,
      width: 2,
    }));
  }
  if (shape === 'circle') return [{ kind: 'dot', x, y, radius, fill: colour }];
  const corners = Array.from({ length: ring }, (_, i): Point => {
    const turn = (2 * Math.PI * i) / ring;
    return [Math.cos(turn), Math.sin(turn)];
  });
  return [{ kind: 'polygon', points: at(corners), stroke: colour }];
}
