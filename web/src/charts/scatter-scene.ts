// SPDX-License-Identifier: MIT
import type { Palette } from './colours';
import {
  entriesOf,
  type Entry,
  legendRow,
  legendSize,
  moreHeight,
} from './legend';
import { type MarkShape, markShapes } from './marks';
import { scaleOf } from './scales';
import type { Scene, Shape } from './scene';
import { widthOf } from './text-width';

export interface Dot {
  label: string;
  x: number;
  y: number;
  colour: string;
  group?: string; // what its colour and shape stand for
  shape?: MarkShape; // a circle
}

export interface ScatterView {
  title: string;
  xLabel: string;
  yLabel: string;
  dots: readonly Dot[];
}

export interface Placed {
  dot: Dot;
  x: number;
  y: number;
}

const margin = { left: 52, right: 20, top: 12, bottom: 46 };
const labelSize = 13;

// Those whose labels can be read: the first of every heap of labels that would
// lie on each other.
export function labelled(placed: readonly Placed[]): Set<Dot> {
  const taken = new Set<string>();
  const kept = new Set<Dot>();
  for (const { dot, x, y } of placed) {
    const width = Math.max(8, widthOf(dot.label, labelSize));
    const row = Math.round(y / 13);
    const [from, to] = [x, x + width].map((edge) => Math.floor(edge / 8));
    const cells: string[] = [];
    for (let column = from!; column <= to!; ++column) {
      cells.push(`${row},${column}`);
    }
    if (cells.some((cell) => taken.has(cell))) continue;
    for (const cell of cells) taken.add(cell);
    kept.add(dot);
  }
  return kept;
}

// The groups that there are, in the order of their first dots, each with one
// of its dots.
export function groupsOf(dots: readonly Dot[]): Map<string, Dot> {
  const groups = new Map<string, Dot>();
  for (const dot of dots) {
    if (dot.group && !groups.has(dot.group)) groups.set(dot.group, dot);
  }
  return groups;
}

const legendMark = 14;
const legendTop = 42;

function legend(
  view: ScatterView,
  entries: readonly Entry[],
  colours: Palette,
): Shape[] {
  const groups = groupsOf(view.dots);
  return entries.flatMap(({ name, x, row }) => {
    const { shape = 'circle', colour } = groups.get(name)!;
    const y = legendTop + row * legendRow;
    const label: Shape = {
      kind: 'text',
      x: x + legendMark,
      y,
      text: name,
      colour: colours.text,
      size: legendSize,
    };
    return [...markShapes(shape, x + 5, y - 4, 4, colour), label];
  });
}

function domain(values: readonly number[]): [number, number] {
  const [from, to] = [Math.min(...values), Math.max(...values)];
  if (!(from < to)) return [(from || 0) - 1, (to || 0) + 1];
  const room = (to - from) / 16;
  return [from - room, to + room];
}

function scalesOf(
  view: ScatterView,
  width: number,
  height: number,
  top: number,
) {
  const x = scaleOf(false, domain(view.dots.map((dot) => dot.x)), [
    margin.left,
    width - margin.right,
  ]);
  const y = scaleOf(false, domain(view.dots.map((dot) => dot.y)), [
    height - margin.bottom,
    margin.top + top,
  ]);
  return { x, y };
}

// Where each dot stands in a picture without title.
export function place(
  view: ScatterView,
  width: number,
  height: number,
): Placed[] {
  const { x, y } = scalesOf(view, width, height, 0);
  return view.dots.map((dot) => ({ dot, x: x(dot.x), y: y(dot.y) }));
}

// The index of the dot nearest to a place, within 24 pixels.
export function nearest(
  placed: readonly Placed[],
  x: number,
  y: number,
): number {
  let best = -1;
  let least = 24 ** 2;
  for (const [index, at] of placed.entries()) {
    const distance = (at.x - x) ** 2 + (at.y - y) ** 2;
    if (distance <= least) [best, least] = [index, distance];
  }
  return best;
}

export function scatterScene(
  view: ScatterView,
  colours: Palette,
  width: number,
  least: number, // the height; more, where a legend takes several rows
  titled: boolean,
): Scene {
  const { line, muted } = colours;
  const [left, right] = [margin.left, width - margin.right];
  const names = titled ? [...groupsOf(view.dots).keys()] : [];
  const entries = entriesOf(names, left, right, legendMark);
  const height = least + moreHeight(entries);
  const top = titled ? 46 + moreHeight(entries) : 0;
  const { x, y } = scalesOf(view, width, height, top);
  const [upper, lower] = [margin.top + top, height - margin.bottom];
  const shapes: Shape[] = [];
  for (const { at, text } of y.ticks(6)) {
    shapes.push(
      {
        kind: 'line',
        points: [
          [left, at],
          [right, at],
        ],
        colour: line,
        width: 1,
      },
      {
        kind: 'text',
        x: left - 8,
        y: at,
        text,
        colour: muted,
        size: 12,
        anchor: 'end',
        baseline: 'middle',
      },
    );
  }
  for (const { at, text } of x.ticks(8)) {
    shapes.push(
      {
        kind: 'line',
        points: [
          [at, upper],
          [at, lower],
        ],
        colour: line,
        width: 1,
      },
      {
        kind: 'text',
        x: at,
        y: lower + 18,
        text,
        colour: muted,
        size: 12,
        anchor: 'middle',
      },
    );
  }
  shapes.push(
    {
      kind: 'text',
      x: right,
      y: lower + 38,
      text: view.xLabel,
      colour: muted,
      size: 12,
      anchor: 'end',
    },
    {
      kind: 'text',
      x: 12,
      y: (upper + lower) / 2,
      text: view.yLabel,
      colour: muted,
      size: 12,
      anchor: 'middle',
      turned: true,
    },
  );
  const placed = view.dots.map((dot) => ({ dot, x: x(dot.x), y: y(dot.y) }));
  const readable = labelled(placed);
  const radius = placed.length > 300 ? 2.5 : 4;
  for (const { dot, x: dx, y: dy } of placed) {
    shapes.push(
      ...markShapes(dot.shape ?? 'circle', dx, dy, radius, dot.colour),
    );
    if (!readable.has(dot)) continue;
    shapes.push({
      kind: 'text',
      x: dx + 7,
      y: dy,
      text: dot.label,
      colour: colours.text,
      size: labelSize,
      baseline: 'middle',
    });
  }
  if (titled) {
    shapes.push(...legend(view, entries, colours));
    shapes.push({
      kind: 'text',
      x: left,
      y: 22,
      text: view.title,
      colour: colours.text,
      size: 15,
      bold: true,
    });
  }
  return { width, height, background: colours.background, shapes };
}
