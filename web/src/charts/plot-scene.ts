// SPDX-License-Identifier: MIT
import type { Palette } from './colours';
import { type Scale, scaleOf } from './scales';
import type { Area, Point, Scene, Shape } from './scene';

// One curve. x and y are equally long; a y that is undefined or, on a log
// axis, not above 0, is a gap that is drawn over.
export interface Line {
  name: string;
  x: readonly number[];
  y: readonly (number | undefined)[];
  colour: string;
  dash?: readonly number[];
  width?: number;
  faint?: boolean; // what another line shows more clearly
}

// A level to compare a curve with, such as ln V.
export interface Reference {
  name: string;
  value: number;
}

export type Range = readonly [from: number, to: number];

export interface PlotView {
  title: string;
  xLabel: string;
  yLabel: string;
  lines: readonly Line[];
  references: readonly Reference[];
  logX: boolean;
  logY: boolean;
  x: Range;
  y: Range;
}

const margin = { left: 64, right: 16, top: 40, bottom: 64 };

function drawable(value: number | undefined, log: boolean): value is number {
  return value !== undefined && Number.isFinite(value) && (!log || value > 0);
}

// The values of x that all lines have; 0..1 if there are none.
export function xRange(lines: readonly Line[], log: boolean): Range {
  let [from, to] = [Infinity, -Infinity];
  for (const { x } of lines) {
    for (const value of x) {
      if (!drawable(value, log)) continue;
      from = Math.min(from, value);
      to = Math.max(to, value);
    }
  }
  if (from > to) return log ? [1, 10] : [0, 1];
  return from === to ? [from, from + 1] : [from, to];
}

// What y to show for the points within `x`, so that these lines and the
// references are in sight, with some room around them.
export function yRange(
  lines: readonly Line[],
  references: readonly Reference[],
  x: Range,
  log: boolean,
): Range {
  let [from, to] = [Infinity, -Infinity];
  const widen = (value: number | undefined) => {
    if (!drawable(value, log)) return;
    from = Math.min(from, value);
    to = Math.max(to, value);
  };
  for (const line of lines) {
    for (let i = 0; i < line.x.length; ++i) {
      if (line.x[i]! >= x[0] && line.x[i]! <= x[1]) widen(line.y[i]);
    }
  }
  for (const { value } of references) widen(value);
  if (from > to) return log ? [0.1, 1] : [0, 1];
  if (log) return from === to ? [from / 2, to * 2] : [from / 1.1, to * 1.1];
  const room = from === to ? Math.abs(from) / 10 || 1 : (to - from) / 20;
  return [from - room, to + room];
}

function axes(
  view: PlotView,
  area: Area,
  scales: Scales,
  colours: Palette,
): Shape[] {
  const shapes: Shape[] = [];
  const { muted, line } = colours;
  const bottom = area.y + area.height;
  const right = area.x + area.width;
  const size = 12;
  for (const { at: y, text } of scales.y.ticks(6)) {
    shapes.push({
      kind: 'line',
      points: [
        [area.x, y],
        [right, y],
      ],
      colour: line,
      width: 1,
    });
    shapes.push({
      kind: 'text',
      x: area.x - 8,
      y,
      text,
      colour: muted,
      size,
      anchor: 'end',
      baseline: 'middle',
    });
  }
  for (const { at: x, text } of scales.x.ticks(8)) {
    shapes.push({
      kind: 'line',
      points: [
        [x, area.y],
        [x, bottom],
      ],
      colour: line,
      width: 1,
    });
    shapes.push({
      kind: 'text',
      x,
      y: bottom + 18,
      text,
      colour: muted,
      size,
      anchor: 'middle',
    });
  }
  const middle = area.y + area.height / 2;
  shapes.push(
    {
      kind: 'text',
      x: right,
      y: bottom + 36,
      text: view.xLabel,
      colour: muted,
      size,
      anchor: 'end',
    },
    {
      kind: 'text',
      x: 14,
      y: middle,
      text: view.yLabel,
      colour: muted,
      size,
      anchor: 'middle',
      turned: true,
    },
  );
  return shapes;
}

interface Scales {
  x: Scale;
  y: Scale;
}
function pointsOf(line: Line, view: PlotView, scales: Scales): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < line.x.length; ++i) {
    const [x, y] = [line.x[i], line.y[i]];
    if (!drawable(x, view.logX) || !drawable(y, view.logY)) continue;
    points.push([scales.x(x), scales.y(y)]);
  }
  return points;
}

function legend(view: PlotView, y: number, colours: Palette): Shape[] {
  const shapes: Shape[] = [];
  let x = margin.left;
  for (const { name, colour, dash } of view.lines) {
    shapes.push(
      {
        kind: 'line',
        points: [
          [x, y - 4],
          [x + 22, y - 4],
        ],
        colour,
        width: 2,
        dash,
      },
      {
        kind: 'text',
        x: x + 28,
        y,
        text: name,
        colour: colours.text,
        size: 12,
      },
    );
    x += 48 + name.length * 7;
  }
  return shapes;
}

// The plot as a picture of its own, with title and legend.
export function plotScene(
  view: PlotView,
  colours: Palette,
  width = 960,
  height = 480,
): Scene {
  const area: Area = {
    x: margin.left,
    y: margin.top,
    width: width - margin.left - margin.right,
    height: height - margin.top - margin.bottom,
  };
  const scales = {
    x: scaleOf(view.logX, view.x, [area.x, area.x + area.width]),
    y: scaleOf(view.logY, view.y, [area.y + area.height, area.y]),
  };
  const shapes: Shape[] = [
    {
      kind: 'text',
      x: margin.left,
      y: 24,
      text: view.title,
      colour: colours.text,
      size: 15,
      bold: true,
    },
    ...axes(view, area, scales, colours),
  ];
  for (const { name, value } of view.references) {
    const y = scales.y(value);
    const points: Point[] = [
      [area.x, y],
      [area.x + area.width, y],
    ];
    shapes.push(
      {
        kind: 'line',
        points,
        colour: colours.muted,
        width: 1,
        dash: [4, 4],
        clip: area,
      },
      {
        kind: 'text',
        x: area.x + area.width - 4,
        y: y - 5,
        text: name,
        colour: colours.muted,
        size: 11,
        anchor: 'end',
      },
    );
  }
  for (const line of view.lines) {
    const { colour, dash, width = 1.75 } = line;
    const points = pointsOf(line, view, scales);
    shapes.push({ kind: 'line', points, colour, width, dash, clip: area });
  }
  shapes.push(...legend(view, height - 10, colours));
  return { width, height, background: colours.background, shapes };
}
