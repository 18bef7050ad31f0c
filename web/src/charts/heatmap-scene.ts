// SPDX-License-Identifier: MIT
import { type Palette, textOn } from './colours';
import type { Area, Scene, Shape } from './scene';
import { widthOf } from './text-width';

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
  // Values have a sign, and 0 is in the middle of the colours.
  signed?: boolean;
  // Write the values into cells that are large enough.
  numbers?: boolean;
}

export interface Layout {
  width: number;
  height: number;
  cells: Area; // of all cells
  size: number; // width of a cell
  tall: number; // its height
}

const [smallest, largest, ofMany] = [6, 34, 20];
const many = 32; // rows
// Narrow cells of few rows are higher than wide.
const [lowest, fewRows] = [18, 64];
const title = 24;
const labels = 30;
const edge = 8;
const rowFont = 13; // the largest of labels
const mostUpright = 96; // of a label that stands upright

// Cells as large as fit into `room` pixels across.
export function layoutOf(grid: Grid, room: number, titled: boolean): Layout {
  const widths = grid.rows.map((name) => widthOf(name, rowFont));
  const longest = Math.max(widthOf('0', rowFont), ...widths);
  const left = 26 + Math.min(longest, mostUpright);
  const fits = Math.floor(
    (room - left - edge) / Math.max(1, grid.columns.length),
  );
  const most = grid.rows.length > many ? ofMany : largest;
  const size = Math.max(smallest, Math.min(most, fits));
  const upright = labelsTurned(grid, size)
    ? Math.max(14, Math.min(mostUpright, longestLabel(grid, size)) - 22)
    : 0;
  const top = (titled ? title : 0) + labels + 16 + upright;
  const tall =
    grid.rows.length <= fewRows && !isSquare(grid)
      ? Math.max(size, lowest)
      : size;
  const cells = {
    x: left,
    y: top,
    width: size * grid.columns.length,
    height: tall * grid.rows.length,
  };
  return {
    width: Math.max(left + cells.width + edge, 120),
    height: top + cells.height + edge,
    cells,
    size,
    tall,
  };
}

// Grids of all against all keep their shape.
function isSquare(grid: Grid): boolean {
  return grid.rows.length === grid.columns.length;
}

// The cell at a place of the picture; undefined: there is none.
export function cellAt(
  layout: Layout,
  grid: Grid,
  x: number,
  y: number,
): { row: number; column: number } | undefined {
  const column = Math.floor((x - layout.cells.x) / layout.size);
  const row = Math.floor((y - layout.cells.y) / layout.tall);
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

// What the ends of the colours stand for.
export function bounds(grid: Grid): [number, number] {
  let top = -Infinity;
  for (const value of grid.values) {
    if (value === undefined) continue;
    top = Math.max(top, grid.signed ? Math.abs(value) : value);
  }
  if (grid.signed) {
    const end = grid.to ?? (top > 0 ? top : 1);
    return [-end, end];
  }
  const from = grid.from ?? 0;
  return [from, grid.to ?? (top > from ? top : from + 1)];
}

// 0.47 as ".47", 12.3 as "12": what fits into a cell.
export function short(value: number): string {
  const size = Math.abs(Number(value.toFixed(2)));
  const text = value.toFixed(size >= 9.95 ? 0 : size >= 1 ? 1 : 2);
  return text.replace(/^(-?)0\./, '$1.').replace(/^-(\.?0+)$/, '$1');
}

function numberIn(value: number, cell: Area, background: string): Shape {
  return {
    kind: 'text',
    x: cell.x + cell.width / 2,
    y: cell.y + cell.height / 2,
    text: short(value),
    colour: textOn(background),
    size: 11,
    anchor: 'middle',
    baseline: 'middle',
  };
}

function cells(grid: Grid, layout: Layout, colours: Palette): Shape[] {
  const [from, to] = bounds(grid);
  const numbers = grid.numbers && layout.size >= 24;
  const { x, y } = layout.cells;
  const { size, tall } = layout;
  const gap = size > 12 ? 1 : 0;
  return grid.values.flatMap((value, index): Shape[] => {
    if (value === undefined) return [];
    const row = Math.floor(index / grid.columns.length);
    const column = index % grid.columns.length;
    const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
    const area: Area = {
      x: x + column * size,
      y: y + row * tall,
      width: size - gap,
      height: tall - gap,
    };
    const fill = grid.signed
      ? colours.diverge(2 * share - 1)
      : colours.ramp(share);
    const box: Shape = { kind: 'box', ...area, fill };
    if (!numbers) return [box];
    return [box, numberIn(value, area, fill)];
  });
}

// The label, cut where it would not fit upright.
function shortened(text: string, font: number): string {
  if (widthOf(text, font) <= mostUpright) return text;
  const most = mostUpright - widthOf('…', font);
  const characters = [...text];
  while (widthOf(characters.join(''), font) > most) characters.pop();
  return `${characters.join('')}…`;
}

function fontFor(size: number): number {
  return Math.min(13, Math.max(10, size * 0.62));
}

// In pixels, of the columns.
function longestLabel(grid: Grid, size: number): number {
  const font = fontFor(size);
  const widths = grid.columns.map((name) => widthOf(name, font));
  return Math.max(widthOf('0', font), ...widths) + 3;
}

// What is wider than its cell is turned, to stand above it; of numbers, which
// can be told from their neighbours, some are left out instead.
function labelsTurned(grid: Grid, size: number): boolean {
  return longestLabel(grid, size) > size && !grid.columns.every(isNumber);
}

function isNumber(text: string): boolean {
  return /^[+\d·]+$/.test(text);
}

// Labels of rows and columns; where cells are small, of some of them.
function names(grid: Grid, layout: Layout, colours: Palette): Shape[] {
  const { cells, size, tall } = layout;
  const everyRow = Math.max(1, Math.ceil(11 / tall));
  const font = fontFor(size);
  const longest = longestLabel(grid, size);
  const turned = labelsTurned(grid, size);
  const everyColumn = Math.max(1, Math.ceil((turned ? font : longest) / size));
  const base = { colour: colours.muted, size: font } as const;
  const shapes: Shape[] = [];
  for (const [row, text] of grid.rows.entries()) {
    if (row % everyRow !== 0) continue;
    const y = cells.y + (row + 0.5) * tall;
    shapes.push({
      kind: 'text',
      ...base,
      x: cells.x - 6,
      y,
      text: shortened(text, font),
      anchor: 'end',
      baseline: 'middle',
    });
  }
  for (const [column, text] of grid.columns.entries()) {
    if (column % everyColumn !== 0) continue;
    const x = cells.x + (column + 0.5) * size;
    const place = { kind: 'text', ...base, x, y: cells.y - 6 } as const;
    shapes.push(
      turned
        ? {
            ...place,
            text: shortened(text, font),
            turned,
            baseline: 'middle',
          }
        : { ...place, text, anchor: 'middle' },
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
