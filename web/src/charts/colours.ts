// SPDX-License-Identifier: MIT
import { rgb } from 'd3-color';
import { interpolateRgbBasis } from 'd3-interpolate';

import { theme } from '../app/theme.svelte';

// What charts are drawn with. Lines differ in dashes too: never by colour
// alone.
export interface Palette {
  background: string;
  text: string;
  muted: string;
  line: string;
  accent: string;
  series: readonly string[];
  // 0..1 to a colour that goes from the background's to a strong one.
  ramp: (share: number) => string;
  // -1..1 to a colour: orange below 0, the background's at 0, green above.
  diverge: (share: number) => string;
}

// Wong's colours for all kinds of colour vision, made darker or lighter until
// each has a contrast of 3 to 1 with the background.
const lightSeries = [
  '#0b6e69',
  '#c2410c',
  '#3457c9',
  '#a13d83',
  '#8a6100',
  '#0e7490',
  '#b91c3c',
  '#4d7c0f',
];
const darkSeries = [
  '#4ccabe',
  '#ff9a62',
  '#8fa9ff',
  '#e78ac8',
  '#e8b949',
  '#5cc8e6',
  '#ff8a96',
  '#a8d65c',
];

function diverging(colours: string[]): (share: number) => string {
  const ramp = interpolateRgbBasis(colours);
  return (share) => ramp((1 + Math.min(1, Math.max(-1, share))) / 2);
}

export const light: Palette = {
  background: '#ffffff',
  text: '#171a1d',
  muted: '#545d66',
  line: '#dde1e5',
  accent: '#0b6e69',
  series: lightSeries,
  ramp: interpolateRgbBasis([
    '#f4f6f7',
    '#c3e4df',
    '#63b8ae',
    '#1b8078',
    '#073f3c',
  ]),
  diverge: diverging([
    '#7a2a06',
    '#d06a34',
    '#f3c6a8',
    '#f4f6f7',
    '#a9d9d2',
    '#2c9086',
    '#073f3c',
  ]),
};

export const dark: Palette = {
  background: '#14181b',
  text: '#e7eaed',
  muted: '#a2acb5',
  line: '#2a3137',
  accent: '#4ccabe',
  series: darkSeries,
  ramp: interpolateRgbBasis([
    '#1b2024',
    '#12413f',
    '#167d75',
    '#4ccabe',
    '#d5f7f2',
  ]),
  diverge: diverging([
    '#ffcfae',
    '#ef8a50',
    '#7a3d1b',
    '#1b2024',
    '#12524e',
    '#35b3a7',
    '#d5f7f2',
  ]),
};

// Reactive: charts are drawn again when the theme changes.
export function palette(): Palette {
  return theme.dark ? dark : light;
}

const dashes: readonly (readonly number[])[] = [
  [],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [12, 4],
  [4, 2, 1, 2],
];

export function seriesColour(colours: Palette, index: number): string {
  return colours.series[index % colours.series.length]!;
}

export function seriesDash(index: number): readonly number[] {
  return dashes[index % dashes.length]!;
}

// Relative luminance, as WCAG 2 defines it.
function luminance(colour: string): number {
  const linear = (value: number) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const { r, g, b } = rgb(colour);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

export function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

// Black or white, whichever can be read on a background: one of them always
// can.
export function textOn(background: string): string {
  return luminance(background) > 0.179 ? '#000000' : '#ffffff';
}
