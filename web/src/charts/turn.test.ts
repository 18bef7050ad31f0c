// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { drawInTurn } from './turn';

let frames: (() => void)[] = [];
const nextFrame = () => frames.splice(0).forEach((frame) => frame());

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) =>
    frames.push(frame),
  );
});

afterEach(() => vi.unstubAllGlobals());

it('draws a chart a frame, in the order in which they came', () => {
  const drawn: string[] = [];
  for (const name of ['a', 'b', 'c']) drawInTurn({}, () => drawn.push(name));
  expect(drawn).toEqual([]);
  nextFrame();
  expect(drawn).toEqual(['a']);
  nextFrame();
  nextFrame();
  expect(drawn).toEqual(['a', 'b', 'c']);
  expect(frames).toEqual([]);
});

it('draws only the newest picture of a chart', () => {
  const drawn: string[] = [];
  const [one, other] = [{}, {}];
  drawInTurn(one, () => drawn.push('old'));
  drawInTurn(other, () => drawn.push('other'));
  drawInTurn(one, () => drawn.push('new'));
  nextFrame();
  nextFrame();
  nextFrame();
  expect(drawn).toEqual(['new', 'other']);
});

it('draws nothing of a chart that is gone, and one a frame after that', () => {
  const drawn: string[] = [];
  const key = {};
  drawInTurn(key, () => drawn.push('gone'))();
  drawInTurn(key, () => drawn.push('there'));
  drawInTurn({}, () => drawn.push('other'));
  nextFrame();
  expect(drawn).toEqual(['there']);
  nextFrame();
  expect(drawn).toEqual(['there', 'other']);
});
