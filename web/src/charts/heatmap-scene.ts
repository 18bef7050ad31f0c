// SPDX-License-Identifier: MIT
import type { Palette } from './colours';
import type { Area, Scene, Shape } from './scene';

// Numbers in rows and columns, each of which has a label.
export interface Grid {
  title: string;
  rows: readonly string[];
  columns: readonly string[];
  rowLabel: string; // what the rows are
  columnLabel: string;
  // Row-major; undefined: there is none, as for positions to come.
  values: readonly (number | undefined)[];
  // What the ends of the colours stand for; default: 0 and the largest value.
  from?: number;
  to?: number;
}

export interface Layout {
  width: number;
  height: number;
  cells: Area; // of all cells
  size: number; // of a cell, both ways
}

const [smallest, largest] = [6, 34];
const title = 24;
const labels = 30;
const edge = 8;

// Cells as large as fit into `room` pixels across.
export function layoutOf(grid: Grid, room: number, titled: boolean): Layout {
  const longest = Math.max(1, ...grid.rows.map((row) => [...row].length));
  const left = 26 + Math.min(longest, 12) * 8;
  const top = (titled ? title : 0) + labels + 16;
  const fits = Math.floor(
    (room - left - edge) / Math.max(1, grid.columns.length),
  );
  const size = Math.max(smallest, Math.min(largest, fits));
  const cells = {
    x: left,
    y: top,
    width: size * grid.columns.length,
    height: size * grid.rows.length,
  };
  return {
    width: Math.max(left + cells.width + edge, 120),
    height: top + cells.height + edge,
    cells,
    size,
  };
}

// The cell at a place of the picture; undefined: there is none.
export function cellAt(
  layout: Layout,
  grid: Grid,
  x: number,
  y: number,
): { row: number; column: number } | undefined {
  const column = Math.floor((x - layout.cells.x) / layout.size);
  const row = Math.floor((y - layout.cells.y) / layout.size);
  const inside =
    row >= 0 &&
    row < grid.rows.length &&
    column >= 0 &&
    column < grid.columns.length;
  return inside ? { row, column } : undefined;
}

export function valueAt(grid: Grid, row: number, column: number) {
  return grid.values[row * grid.columns.length + column];
}

function bounds(grid: Grid): [number, number] {
  let top = -Infinity;
  for (const value of grid.values)
    if (value !== undefined) top = Math.max(top, value);
  const from = grid.from ?? 0;
  return [from, grid.to ?? (top > from ? top : from + 1)];
}

function cells(grid: Grid, layout: Layout, colours: Palette): Shape[] {
  const [from, to] = bounds(grid);
  const { x, y } = layout.cells;
  const { size } = layout;
  const gap = size > 12 ? 1 : 0;
  return grid.values.flatMap((value, index): Shape[] => {
    if (value === undefined) return [];
    const row = Math.floor(index / grid.columns.length);
    const column = index % grid.columns.length;
    const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
    return [
      {
        kind: 'box',
        x: x + column * size,
        y: y + row * size,
        width: size - gap,
        height: size - gap,
        fill: colours.ramp(share),
      },
    ];
  });
}

// Labels of rows and columns; where cells are small, of some of them.
function names(grid: Grid, layout: Layout, colours: Palette): Shape[] {
  const { cells, size } = layout;
  const every = Math.max(1, Math.ceil(11 / size));
  const font = Math.min(13, Math.max(9, size * 0.62));
  const base = { colour: colours.muted, size: font } as const;
  const shapes: Shape[] = [];
  for (const [row, text] of grid.rows.entries()) {
    if (row % every !== 0) continue;
    const y = cells.y + (row + 0.5) * size;
    shapes.push({
      kind: 'text',
      ...base,
      x: cells.x - 6,
      y,
      text,
      anchor: 'end',
      baseline: 'middle',
    });
  }
  for (const [column, text] of grid.columns.entries()) {
    if (column % every !== 0) continue;
    const x = cells.x + (column + 0.5) * size;
    const place = { kind: 'text', ...base, x, y: cells.y - 6, text } as const;
    // What is wider than its cell is turned, to stand above it.
    const turned = [...text].length * font * 0.6 > size * every;
    shapes.push(
      turned
        ? { ...place, turned, baseline: 'middle' }
        : { ...place, anchor: 'middle' },
    );
  }
  return shapes;
}

export function heatmapScene(
  grid: Grid,
  layout: Layout,
  colours: Palette,
  titled: boolean,
): Scene {
  const { muted, text } = colours;
  const { cells: area } = layout;
  const top = titled ? title : 0;
  const shapes: Shape[] = [
    {
      kind: 'text',
      x: area.x,
      y: top + 14,
      text: grid.columnLabel,
      colour: muted,
      size: 11,
    },
    {
      kind: 'text',
      x: 12,
      y: area.y + area.height / 2,
      text: grid.rowLabel,
      colour: muted,
      size: 11,
      anchor: 'middle',
      turned: true,
    },
    ...cells(grid, layout, colours),
    ...names(grid, layout, colours),
  ];
  if (titled) {
    shapes.unshift({
      kind: 'text',
      x: 12,
      y: 18,
      text: grid.title,
      colour: text,
      size: 14,
      bold: true,
    });
  }
  return {
    width: layout.width,
    height: layout.height,
    background: colours.background,
    shapes,
  };
}
