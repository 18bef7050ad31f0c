// SPDX-License-Identifier: MIT
import { type Palette, textOn } from '../charts/colours';
import type { Area, Scene, Shape } from '../charts/scene';
import type { Segment } from '../inside/segments';
import { glyph } from '../inside/tokens';

export const dartHeight = 104;

function segmentShapes(
  segment: Segment,
  area: Area,
  hit: boolean,
  odd: boolean,
  colours: Palette,
): Shape[] {
  const x = area.x + segment.from * area.width;
  const width = (segment.to - segment.from) * area.width;
  const box: Shape = {
    kind: 'box',
    x,
    y: area.y,
    width,
    height: area.height,
    fill: hit ? colours.accent : colours.ramp(odd ? 0.12 : 0.28),
  };
  if (width < 13) return [box];
  const label: Shape = {
    kind: 'text',
    x: x + width / 2,
    y: area.y + area.height / 2,
    text: glyph(segment.text),
    colour: hit ? textOn(colours.accent) : colours.text,
    size: 14,
    bold: hit,
    anchor: 'middle',
    baseline: 'middle',
  };
  return [box, label];
}

// The running sum of the chances as a strip from 0 to 1, and the dart on it.
export function dartScene(
  segments: readonly Segment[],
  number: number,
  hit: Segment | undefined,
  width: number,
  colours: Palette,
): Scene {
  const area = { x: 12, y: 34, width: width - 24, height: 40 };
  const shapes: Shape[] = segments.flatMap((segment, index) =>
    segmentShapes(
      segment,
      area,
      segment.id === hit?.id,
      index % 2 === 1,
      colours,
    ),
  );
  const x = area.x + number * area.width;
  const ends = { kind: 'text', colour: colours.muted, size: 12 } as const;
  shapes.push(
    {
      kind: 'line',
      points: [
        [x, 20],
        [x, area.y + area.height + 6],
      ],
      colour: colours.text,
      width: 2,
    },
    {
      kind: 'polygon',
      points: [
        [x - 6, 10],
        [x + 6, 10],
        [x, 22],
      ],
      fill: colours.text,
    },
    { ...ends, x: area.x, y: 92, text: '0' },
    { ...ends, x: area.x + area.width, y: 92, text: '1', anchor: 'end' },
  );
  return { width, height: dartHeight, background: colours.background, shapes };
}
