// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { fontFamily, toSvg } from './scene';

const frame = { width: 100, height: 50, background: '#fff' };

it('writes every kind of shape as SVG', () => {
  const svg = toSvg({
    ...frame,
    shapes: [
      { kind: 'box', x: 1, y: 2, width: 3, height: 4, fill: 'red' },
      { kind: 'dot', x: 5, y: 6, radius: 2, fill: 'blue' },
      {
        kind: 'line',
        points: [
          [0, 0],
          [1 / 3, 9],
        ],
        colour: 'green',
        width: 2,
        dash: [4, 2],
      },
      { kind: 'text', x: 7, y: 8, text: 'x', colour: '#000', size: 12 },
      {
        kind: 'polygon',
        points: [
          [1, 1],
          [2, 2.001],
          [3, 1],
        ],
        stroke: 'red',
      },
    ],
  });
  expect(svg).toContain('<rect x="1" y="2" width="3" height="4" fill="red"/>');
  expect(svg).toContain('<circle cx="5" cy="6" r="2" fill="blue"/>');
  expect(svg).toContain('points="0,0 0.33,9"');
  expect(svg).toContain('stroke-dasharray="4 2"');
  expect(svg).toContain('>x</text>');
  expect(svg).toContain(
    '<polygon points="1,1 2,2 3,1" fill="none" stroke="red" stroke-width="1.5"/>',
  );
});

it('writes text that is markup as text', () => {
  const text = '<a & "b">';
  const svg = toSvg({
    ...frame,
    shapes: [{ kind: 'text', x: 0, y: 0, text, colour: '"', size: 1 }],
  });
  expect(svg).toContain('>&lt;a &amp; &quot;b&quot;&gt;</text>');
  expect(svg).toContain('fill="&quot;"');
});

it('cuts a line off where its area ends', () => {
  const clip = { x: 10, y: 5, width: 80, height: 40 };
  const svg = toSvg({
    ...frame,
    shapes: [{ kind: 'line', points: [], colour: 'a', width: 1, clip }],
  });
  expect(svg).toContain(
    '<svg x="10" y="5" width="80" height="40" viewBox="10 5 80 40">',
  );
});

it('writes Han characters as the language of the page does', () => {
  const firstOf = (family: string) => /Hiragino|PingFang/.exec(family)?.[0];
  expect(firstOf(fontFamily('zh-Hans'))).toBe('PingFang');
  expect(fontFamily('zh-Hans')).toMatch(/CJK SC.*CJK JP/);
  expect(firstOf(fontFamily('ja'))).toBe('Hiragino');
});
