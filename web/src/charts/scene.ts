// SPDX-License-Identifier: MIT
//
// A picture as a list of shapes, which can be drawn on a canvas or written as
// SVG: what is exported is what is shown. Sizes in CSS pixels, y downwards.

export type Point = readonly [x: number, y: number];

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Shape =
  | {
      kind: 'line';
      points: readonly Point[];
      colour: string;
      width: number;
      dash?: readonly number[] | undefined;
      clip?: Area | undefined;
    }
  | ({ kind: 'box'; fill?: string; stroke?: string } & Area)
  | {
      kind: 'dot';
      x: number;
      y: number;
      radius: number;
      fill: string;
      stroke?: string;
    }
  | {
      kind: 'polygon';
      points: readonly Point[];
      fill?: string; // none: an outline
      stroke?: string;
    }
  | {
      kind: 'text';
      x: number;
      y: number;
      text: string;
      colour: string;
      size: number;
      anchor?: 'start' | 'middle' | 'end';
      baseline?: 'alphabetic' | 'middle';
      turned?: boolean; // a quarter, to be read from below
      bold?: boolean;
    };

export interface Scene {
  width: number;
  height: number;
  background: string;
  shapes: readonly Shape[];
}

// Han characters look different in Chinese and in Japanese: the fonts that have
// them stand in the order of the page's language, as in base.css.
export function fontFamily(
  language = globalThis.document?.documentElement.lang ?? '',
): string {
  const han = language.startsWith('zh')
    ? "'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'Noto Sans CJK JP'"
    : "'Hiragino Sans', 'Noto Sans CJK JP', 'Microsoft YaHei'";
  return (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', " +
    `'DejaVu Sans', ${han}, sans-serif`
  );
}

function drawLine(
  context: CanvasRenderingContext2D,
  line: Shape & { kind: 'line' },
): void {
  if (line.clip) {
    const { x, y, width, height } = line.clip;
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
  }
  context.strokeStyle = line.colour;
  context.lineWidth = line.width;
  // Round ones of a dense curve are not seen, and take most of the time.
  context.lineJoin = line.points.length > 500 ? 'bevel' : 'round';
  context.setLineDash([...(line.dash ?? [])]);
  context.beginPath();
  for (const [x, y] of line.points) context.lineTo(x, y);
  context.stroke();
}

function drawPolygon(
  context: CanvasRenderingContext2D,
  polygon: Shape & { kind: 'polygon' },
): void {
  context.beginPath();
  for (const [x, y] of polygon.points) context.lineTo(x, y);
  context.closePath();
  if (polygon.fill) {
    context.fillStyle = polygon.fill;
    context.fill();
  }
  if (polygon.stroke) {
    context.strokeStyle = polygon.stroke;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

function drawText(
  context: CanvasRenderingContext2D,
  text: Shape & { kind: 'text' },
): void {
  context.translate(text.x, text.y);
  if (text.turned) context.rotate(-Math.PI / 2);
  context.fillStyle = text.colour;
  context.font = `${text.bold ? '600 ' : ''}${text.size}px ${fontFamily()}`;
  context.textAlign =
    text.anchor === 'middle' ? 'center' : (text.anchor ?? 'start');
  context.textBaseline = text.baseline ?? 'alphabetic';
  context.fillText(text.text, 0, 0);
}

function drawShape(context: CanvasRenderingContext2D, shape: Shape): void {
  context.save();
  if (shape.kind === 'line') drawLine(context, shape);
  if (shape.kind === 'text') drawText(context, shape);
  if (shape.kind === 'polygon') drawPolygon(context, shape);
  if (shape.kind === 'box') {
    if (shape.fill) {
      context.fillStyle = shape.fill;
      context.fillRect(shape.x, shape.y, shape.width, shape.height);
    }
    if (shape.stroke) {
      context.strokeStyle = shape.stroke;
      context.strokeRect(shape.x, shape.y, shape.width, shape.height);
    }
  }
  if (shape.kind === 'dot') {
    context.fillStyle = shape.fill;
    context.beginPath();
    context.arc(shape.x, shape.y, shape.radius, 0, 2 * Math.PI);
    context.fill();
    if (shape.stroke) {
      context.strokeStyle = shape.stroke;
      context.stroke();
    }
  }
  context.restore();
}

// Draws the scene over the whole canvas, `scale` device pixels a CSS pixel.
export function draw(
  canvas: HTMLCanvasElement,
  scene: Scene,
  scale: number,
): void {
  canvas.width = Math.round(scene.width * scale);
  canvas.height = Math.round(scene.height * scale);
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  context.fillStyle = scene.background;
  context.fillRect(0, 0, scene.width, scene.height);
  for (const shape of scene.shapes) drawShape(context, shape);
}

export function toPng(scene: Scene): Promise<Blob> {
  const canvas = document.createElement('canvas');
  draw(canvas, scene, 2);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('no picture'))),
      'image/png',
    );
  });
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

// Hundredths of a pixel are enough.
const coordinate = (value: number) => String(Math.round(value * 100) / 100);

function attributes(
  values: Record<string, string | number | undefined>,
): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const text =
        typeof value === 'number' ? coordinate(value) : escape(value!);
      return ` ${name}="${text}"`;
    })
    .join('');
}

function pointsAsSvg(points: readonly Point[]): string {
  return points.map(([x, y]) => `${coordinate(x)},${coordinate(y)}`).join(' ');
}

function lineAsSvg(line: Shape & { kind: 'line' }): string {
  const points = pointsAsSvg(line.points);
  const element = `<polyline${attributes({
    points,
    fill: 'none',
    stroke: line.colour,
    'stroke-width': line.width,
    'stroke-dasharray': line.dash?.join(' '),
    'stroke-linejoin': 'round',
  })}/>`;
  if (!line.clip) return element;
  // An inner picture cuts off what is outside of it.
  const { x, y, width, height } = line.clip;
  const viewBox = [x, y, width, height].map(coordinate).join(' ');
  return `<svg${attributes({ x, y, width, height, viewBox })}>${element}</svg>`;
}

function textAsSvg(text: Shape & { kind: 'text' }): string {
  const { x, y, size } = text;
  return `<text${attributes({
    x,
    y,
    fill: text.colour,
    'font-size': size,
    'font-weight': text.bold ? '600' : undefined,
    'text-anchor': text.anchor,
    'dominant-baseline': text.baseline === 'middle' ? 'central' : undefined,
    transform: text.turned
      ? `rotate(-90 ${coordinate(x)} ${coordinate(y)})`
      : undefined,
  })}>${escape(text.text)}</text>`;
}

function shapeAsSvg(shape: Shape): string {
  if (shape.kind === 'line') return lineAsSvg(shape);
  if (shape.kind === 'text') return textAsSvg(shape);
  if (shape.kind === 'box') {
    const { x, y, width, height, fill = 'none', stroke } = shape;
    return `<rect${attributes({ x, y, width, height, fill, stroke })}/>`;
  }
  if (shape.kind === 'polygon') {
    const { fill = 'none', stroke } = shape;
    const points = pointsAsSvg(shape.points);
    const width = stroke ? 1.5 : undefined;
    return `<polygon${attributes({ points, fill, stroke, 'stroke-width': width })}/>`;
  }
  const { x, y, radius, fill, stroke } = shape;
  return `<circle${attributes({ cx: x, cy: y, r: radius, fill, stroke })}/>`;
}

export function toSvg(scene: Scene): string {
  const { width, height, background } = scene;
  const body = [
    `<rect${attributes({ width, height, fill: background })}/>`,
    ...scene.shapes.map(shapeAsSvg),
  ].join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg"${attributes({
    width,
    height,
    viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
    'font-family': fontFamily(),
  })}>\n${body}\n</svg>\n`;
}
