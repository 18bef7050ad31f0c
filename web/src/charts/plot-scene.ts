// SPDX-License-Identifier: MIT
import type { Palette } from './colours';
import {
  entriesOf,
  type Entry,
  legendRow,
  legendSize,
  moreHeight,
} from './legend';
import { type Scale, scaleOf } from './scales';
import type { Area, Point, Scene, Shape } from './scene';
import { widthOf } from './text-width';

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
  marker?: number | undefined; // an x to point out
  logX: boolean;
  logY: boolean;
  x: Range;
  y: Range;
}

// Around the curves. With a title above and a legend below, as a picture of its
// own, or without, in a page that has both.
const margin = { left: 70, right: 14, top: 10, bottom: 44 };
const yLabelRoom = 26; // the axis' own name, turned, and a space
const tickSpace = 8; // between the name of a level and the curves
const tickSize = 12; // of letters
const tickRoom = { x: 90, y: 50 }; // about so much for each
const titleHeight = 32;
const legendHeight = 26;

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
  const size = tickSize;
  for (const { at: y, text } of scales.y.ticks(area.height / tickRoom.y)) {
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
      x: area.x - tickSpace,
      y,
      text,
      colour: muted,
      size,
      anchor: 'end',
      baseline: 'middle',
    });
  }
  for (const { at: x, text } of scales.x.ticks(area.width / tickRoom.x)) {
    const most = right + margin.right - widthOf(text, size) / 2;
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
      x: Math.min(x, most), // all of it within the picture
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

export interface Scales {
  x: Scale;
  y: Scale;
}

export interface Size {
  width: number;
  height: number;
  titled: boolean;
}

function yScaleOf(
  view: PlotView,
  { y, height }: { y: number; height: number },
) {
  return scaleOf(view.logY, view.y, [y + height, y]);
}

// Where the curves are in a picture: beside the names of the levels and the
// axis' own, however long they are.
export function areaOf(view: PlotView, { width, height, titled }: Size): Area {
  const y = margin.top + (titled ? titleHeight : 0);
  const bottom = margin.bottom + (titled ? legendHeight : 0);
  const rows = { y, height: Math.max(1, height - y - bottom) };
  const names = yScaleOf(view, rows).ticks(rows.height / tickRoom.y);
  const widths = names.map(({ text }) => widthOf(text, tickSize));
  const x = Math.max(margin.left, yLabelRoom + Math.max(...widths) + tickSpace);
  return { ...rows, x, width: Math.max(1, width - x - margin.right) };
}

export function scalesOf(view: PlotView, area: Area): Scales {
  return {
    x: scaleOf(view.logX, view.x, [area.x, area.x + area.width]),
    y: yScaleOf(view, area),
  };
}

// A level with its name at the right end, on a ground of its own so that curves
// behind it don't cross it out.
function referenceShapes(
  { name, value }: Reference,
  scales: Scales,
  area: Area,
  colours: Palette,
): { line: Shape; label: Shape[] } {
  const y = scales.y(value);
  const right = area.x + area.width;
  const { muted: colour, background } = colours;
  const width = widthOf(name, 11) + 6;
  return {
    line: {
      kind: 'line',
      points: [
        [area.x, y],
        [right, y],
      ],
      colour,
      width: 1,
      dash: [4, 4],
      clip: area,
    },
    label: [
      {
        kind: 'box',
        x: right - width,
        y: y - 15,
        width,
        height: 13,
        fill: background,
      },
      {
        kind: 'text',
        x: right - 3,
        y: y - 5,
        text: name,
        colour,
        size: 11,
        anchor: 'end',
      },
    ],
  };
}

// Of the points in a column of pixels those that show: the highest and the
// lowest, as they follow each other; one, where both are the same pixel. A curve
// of thousands of points takes several times as long to draw.
export function shownOf(points: readonly Point[]): Point[] {
  const shown: Point[] = [];
  for (let from = 0, to = 0; from < points.length; from = to) {
    let [low, high] = [from, from];
    const column = Math.floor(points[from]![0]);
    for (; to < points.length; ++to) {
      const [x, y] = points[to]!;
      if (Math.floor(x) !== column) break;
      if (y < points[high]![1]) high = to;
      if (y > points[low]![1]) low = to;
    }
    const same = points[low]![1] - points[high]![1] < 0.5;
    shown.push(points[Math.min(low, high)]!);
    if (!same) shown.push(points[Math.max(low, high)]!);
  }
  const last = points.at(-1);
  if (last && shown.at(-1) !== last) shown.push(last);
  return shown;
}

function pointsOf(line: Line, view: PlotView, scales: Scales): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < line.x.length; ++i) {
    const [x, y] = [line.x[i], line.y[i]];
    if (!drawable(x, view.logX) || !drawable(y, view.logY)) continue;
    points.push([scales.x(x), scales.y(y)]);
  }
  return shownOf(points);
}

const legendMark = 28; // a piece of the line, and a space

function legend(
  view: PlotView,
  entries: readonly Entry[],
  top: number,
  colours: Palette,
): Shape[] {
  return entries.flatMap(({ name, x, row }, index): Shape[] => {
    const { colour, dash } = view.lines[index]!;
    const y = top + row * legendRow;
    return [
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
        x: x + legendMark,
        y,
        text: name,
        colour: colours.text,
        size: legendSize,
      },
    ];
  });
}

// The plot as a picture; one with a title is higher where its legend takes more
// than a row.
export function plotScene(
  view: PlotView,
  colours: Palette,
  size: Size = { width: 960, height: 480, titled: true },
): Scene {
  const { width, height, titled } = size;
  const names = titled ? view.lines.map(({ name }) => name) : [];
  const entries = entriesOf(
    names,
    margin.left,
    width - margin.right,
    legendMark,
  );
  const area = areaOf(view, size);
  const scales = scalesOf(view, area);
  const shapes = axes(view, area, scales, colours);
  const references = view.references.map((reference) =>
    referenceShapes(reference, scales, area, colours),
  );
  shapes.push(...references.map(({ line }) => line));
  for (const line of view.lines) {
    const { colour, dash, width = 1.75 } = line;
    const points = pointsOf(line, view, scales);
    shapes.push({ kind: 'line', points, colour, width, dash, clip: area });
  }
  shapes.push(...references.flatMap(({ label }) => label));
  if (view.marker !== undefined) {
    const x = scales.x(view.marker);
    const points: Point[] = [
      [x, area.y],
      [x, area.y + area.height],
    ];
    shapes.push({
      kind: 'line',
      points,
      colour: colours.accent,
      width: 1.5,
      clip: area,
    });
  }
  if (titled) {
    shapes.push(
      {
        kind: 'text',
        x: margin.left,
        y: 24,
        text: view.title,
        colour: colours.text,
        size: 15,
        bold: true,
      },
      ...legend(view, entries, height - 10, colours),
    );
  }
  return {
    width,
    height: height + moreHeight(entries),
    background: colours.background,
    shapes,
  };
}

// All lines over all values of x that any of them has.
export interface Columns {
  x: readonly number[];
  y: readonly (readonly (number | undefined)[])[]; // one a line
}

export function columnsOf(lines: readonly Line[]): Columns {
  const [first] = lines;
  if (!first) return { x: [], y: [] };
  if (lines.every(({ x }) => x === first.x)) {
    return { x: first.x, y: lines.map(({ y }) => y) };
  }
  const x = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const place = new Map(x.map((value, index) => [value, index]));
  const y = lines.map((line) => {
    const column = new Array<number | undefined>(x.length).fill(undefined);
    for (const [i, value] of line.x.entries()) {
      column[place.get(value)!] = line.y[i];
    }
    return column;
  });
  return { x, y };
}

// The index of the value that is nearest to another; -1: there is none. Values
// ascend.
export function nearestTo(values: readonly number[], wanted: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return values.length === 0 ? -1 : 0;
  if (low === values.length) return low - 1;
  return wanted - values[low - 1]! <= values[low]! - wanted ? low - 1 : low;
}
