// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import type { Palette } from './colours';
import { entriesOf, legendSize, moreHeight } from './legend';
import { plotScene } from './plot-scene';
import { scatterScene } from './scatter-scene';
import type { Scene } from './scene';
import { widthOf } from './text-width';

const names = Array.from({ length: 9 }, (_, index) => `layer${index}.attn_wq`);

// Only its plain colours are asked for.
const colours = {
  text: 'black',
  muted: 'grey',
  line: 'silver',
  background: 'white',
  accent: 'blue',
} as Palette;

function expectInside({ width, height, shapes }: Scene) {
  for (const name of names) {
    const text = shapes.find(
      (shape) => shape.kind === 'text' && shape.text === name,
    ) as { x: number; y: number };
    expect(text.x + widthOf(name, legendSize)).toBeLessThanOrEqual(width);
    expect(text.y).toBeLessThanOrEqual(height);
  }
}

it('takes a row more before a name would be cut off', () => {
  const entries = entriesOf(names, 70, 400, 28);
  for (const { name, x } of entries) {
    expect(x + 28 + widthOf(name, legendSize)).toBeLessThanOrEqual(400);
  }
  expect(entries.map(({ row }) => row)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4]);
  expect(moreHeight(entries)).toBe(4 * 18);
  expect(moreHeight(entriesOf(names.slice(0, 2), 70, 400, 28))).toBe(0);
});

it('keeps wide letters off each other', () => {
  const [first, second] = entriesOf(['検証データの損失', 'b'], 0, 900, 28);
  expect(second!.x - first!.x).toBeGreaterThan(28 + 8 * legendSize);
});

it('is not cut off under the curves of nine tensors', () => {
  const lines = names.map((name) => ({ name, x: [1], y: [1], colour: 'red' }));
  expectInside(
    plotScene(
      {
        title: 't',
        xLabel: 'x',
        yLabel: 'y',
        lines,
        references: [],
        logX: false,
        logY: false,
        x: [0, 1],
        y: [0, 1],
      },
      colours,
    ),
  );
});

it('is not cut off above the points of nine groups', () => {
  const dots = names.map((group, index) => ({
    label: `${index}`,
    x: index,
    y: index,
    colour: 'red',
    group,
  }));
  const view = { title: 't', xLabel: 'x', yLabel: 'y', dots };
  const scene = scatterScene(view, colours, 640, 480, true);
  expectInside(scene);
  const legend = scene.shapes.flatMap((shape) =>
    shape.kind === 'text' && names.includes(shape.text) ? [shape.y] : [],
  );
  const points = scene.shapes.flatMap((shape) =>
    shape.kind === 'dot' && shape.y > Math.max(...legend) ? [shape.y] : [],
  );
  expect(points.length).toBe(names.length);
});
