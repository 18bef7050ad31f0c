// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import {
  type Dot,
  groupsOf,
  labelled,
  nearest,
  type Placed,
} from './scatter-scene';

const dot = (label: string, group?: string): Dot => ({
  label,
  x: 0,
  y: 0,
  colour: 'red',
  ...(group ? { group } : {}),
});

it('leaves out labels that would lie on others', () => {
  const placed: Placed[] = [
    { dot: dot('a'), x: 10, y: 20 },
    { dot: dot('b'), x: 12, y: 21 },
    { dot: dot('c'), x: 60, y: 20 },
    { dot: dot('d'), x: 12, y: 60 },
  ];
  const kept = [...labelled(placed)].map(({ label }) => label);
  expect(kept).toEqual(['a', 'c', 'd']);
});

it('finds the nearest dot, and none far away', () => {
  const placed: Placed[] = [
    { dot: dot('a'), x: 10, y: 10 },
    { dot: dot('b'), x: 20, y: 10 },
  ];
  expect(nearest(placed, 16, 10)).toBe(1);
  expect(nearest(placed, 60, 60)).toBe(-1);
});

it('lists each group once', () => {
  const dots = [dot('a', 'vowel'), dot('b', 'plosive'), dot('e', 'vowel')];
  expect([...groupsOf(dots).keys()]).toEqual(['vowel', 'plosive']);
});
