// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';

import type { Palette } from './colours';
import {
  areaOf,
  columnsOf,
  nearestTo,
  plotScene,
  shownOf,
  xRange,
  yRange,
} from './plot-scene';
import { widthOf } from './text-width';

const line = (x: number[], y: (number | undefined)[]) => ({
  name: 'loss',
  colour: '#000',
  x,
  y,
});

describe('xRange', () => {
  it('holds all lines', () => {
    expect(xRange([line([3, 5], [1, 1]), line([4, 9], [1, 1])], false)).toEqual(
      [3, 9],
    );
  });

  it('leaves out of a log axis what has no place on it', () => {
    expect(xRange([line([0, 2, 8], [1, 1, 1])], true)).toEqual([2, 8]);
  });

  it('is never empty', () => {
    expect(xRange([], false)).toEqual([0, 1]);
    expect(xRange([line([7], [1])], false)).toEqual([7, 8]);
  });
});

describe('yRange', () => {
  const curve = line([1, 2, 3], [9, 1, undefined]);

  it('holds what is in sight, and the references', () => {
    const [from, to] = yRange(
      [curve],
      [{ name: 'ln V', value: 3 }],
      [2, 3],
      false,
    );
    expect(from).toBeCloseTo(0.9);
    expect(to).toBeCloseTo(3.1);
  });

  it('leaves out of a log axis what is not above 0', () => {
    const [from] = yRange([line([1, 2], [0, 5])], [], [1, 2], true);
    expect(from).toBeGreaterThan(0);
  });

  it('gives room to a flat line', () => {
    const [from, to] = yRange([line([1, 2], [2, 2])], [], [1, 2], false);
    expect(from).toBeLessThan(2);
    expect(to).toBeGreaterThan(2);
  });
});

it('has room for the names of its levels and steps, whatever they are', () => {
  const size = { width: 400, height: 240, titled: false };
  const view = {
    title: 'Learning rate',
    xLabel: 'Step',
    yLabel: 'Learning rate',
    lines: [],
    references: [],
    logX: false,
    logY: false,
    x: [1, 100_000],
    y: [0.0123451, 0.0123459],
  } as const;
  const { shapes } = plotScene(view, {} as Palette, size);
  const texts = shapes.filter((shape) => shape.kind === 'text');
  const levels = texts.filter(({ anchor }) => anchor === 'end');
  const name = texts.find(({ turned }) => turned)!;
  for (const { text, x } of levels) {
    const left = x - widthOf(text, 12);
    expect(left).toBeGreaterThan(name.x + name.size / 2);
  }
  const steps = texts.filter(({ anchor, turned }) => {
    return anchor === 'middle' && !turned;
  });
  expect(steps.at(-1)!.text).toBe('100,000');
  for (const { text, x } of steps) {
    expect(x + widthOf(text, 12) / 2).toBeLessThanOrEqual(size.width);
  }
  // What is shown is not drawn over its names.
  expect(areaOf(view, size).x).toBeGreaterThan(levels[0]!.x);
});

describe('columnsOf', () => {
  it('puts lines with other steps side by side', () => {
    expect(
      columnsOf([line([1, 2, 4], [5, 6, 7]), line([2, 3], [8, 9])]),
    ).toEqual({
      x: [1, 2, 3, 4],
      y: [
        [5, 6, undefined, 7],
        [undefined, 8, 9, undefined],
      ],
    });
  });

  it('has none of no lines', () => {
    expect(columnsOf([])).toEqual({ x: [], y: [] });
  });
});

describe('shownOf', () => {
  const wave = Array.from(
    { length: 4000 },
    (_, i) => [i / 40, 50 + 40 * Math.sin(i * i)] as const,
  );

  it('keeps the highest and the lowest of each column of pixels', () => {
    const shown = shownOf(wave);
    expect(shown.length).toBeLessThanOrEqual(201);
    const range = (points: typeof shown, column: number) => {
      const all = points.filter(([x]) => Math.floor(x) === column);
      const heights = all.map(([, y]) => y);
      return [Math.min(...heights), Math.max(...heights)];
    };
    for (let column = 0; column < 100; ++column) {
      expect(range(shown, column)).toEqual(range([...wave], column));
    }
    expect(shown.map(([x]) => x)).toEqual(
      shown.map(([x]) => x).sort((a, b) => a - b),
    );
    expect(shown.at(-1)).toBe(wave.at(-1));
  });

  it('leaves what has a column each as it is', () => {
    const few = wave.filter((_, i) => i % 40 === 0);
    expect(shownOf(few)).toEqual(few);
    expect(shownOf([])).toEqual([]);
  });
});

it('finds the nearest of ascending values', () => {
  const near = (wanted: number) => nearestTo([1, 2, 4, 8], wanted);
  expect([0, 1, 2.9, 3.1, 7, 99].map(near)).toEqual([0, 0, 1, 2, 3, 3]);
  expect(nearestTo([], 5)).toBe(-1);
});
