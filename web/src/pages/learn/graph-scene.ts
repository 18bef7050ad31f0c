// SPDX-License-Identifier: MIT
import type { Palette } from '../../charts/colours';
import type { Scene, Shape } from '../../charts/scene';
import type { Node, NodeName } from '../../inside/neuron';

// Where each value stands, in columns and rows.
const places: Record<NodeName, readonly [column: number, row: number]> = {
  x: [0, 0],
  w: [0, 1],
  wx: [1, 0.5],
  b: [1, 1.6],
  sum: [2, 0.9],
  out: [3, 0.9],
  target: [3, 1.9],
  error: [4, 1.3],
  loss: [5, 1.3],
};

const box = { width: 104, height: 62 };
const gap = { x: 34, y: 22 };
export const graphSize = { width: 16 + 6 * (104 + 34), height: 270 };

function corner(name: NodeName): [number, number] {
  const [column, row] = places[name];
  return [16 + column * (box.width + gap.x), 16 + row * (box.height + gap.y)];
}

function nodeShapes(
  node: Node,
  label: string,
  write: (value: number) => string,
  colours: Palette,
): Shape[] {
  const [x, y] = corner(node.name);
  const words = { kind: 'text', x: x + 10, size: 12 } as const;
  const input = node.operation === '';
  return [
    {
      kind: 'box',
      x,
      y,
      ...box,
      fill: colours.ramp(input ? 0 : 0.12),
      stroke: node.name === 'loss' ? colours.accent : colours.line,
    },
    {
      ...words,
      y: y + 18,
      text: label,
      colour: colours.text,
      size: 13,
      bold: true,
    },
    { ...words, y: y + 37, text: write(node.value), colour: colours.text },
    {
      ...words,
      y: y + 54,
      text: `∂ ${write(node.gradient)}`,
      colour: colours.muted,
    },
  ];
}

function arrow(from: NodeName, to: NodeName, colours: Palette): Shape {
  const [fx, fy] = corner(from);
  const [tx, ty] = corner(to);
  return {
    kind: 'line',
    points: [
      [fx + box.width, fy + box.height / 2],
      [tx, ty + box.height / 2],
    ],
    colour: colours.muted,
    width: 1.5,
  };
}

// The computation as a graph: values above, gradients (∂) below.
export function graphScene(
  nodes: readonly Node[],
  labels: Readonly<Record<NodeName, string>>,
  write: (value: number) => string,
  colours: Palette,
): Scene {
  const arrows = nodes.flatMap(({ name, from }) =>
    from.map((other) => arrow(other, name, colours)),
  );
  const shapes = nodes.flatMap((node) =>
    nodeShapes(node, labels[node.name], write, colours),
  );
  return {
    ...graphSize,
    background: colours.background,
    shapes: [...arrows, ...shapes],
  };
}
