// SPDX-License-Identifier: MIT
import { ticks } from 'd3-array';

import { significant } from '../language/format';
import type { Range } from './plot-scene';

// From values to places in a picture, and back to round values to name. The
// thirty lines of d3-scale that charts here need, at a twentieth of its size.
export interface Scale {
  (value: number): number;
  ticks(about: number): { at: number; text: string }[];
  // The value at a place.
  invert(place: number): number;
}

// The first digits that a log axis names, from few to many.
const firstDigits = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]];

// Those of `values` that are `gap` decades from each other, the first ones
// rather than later ones; ascending.
function apart(values: readonly number[], gap: number): number[] {
  const kept: number[] = [];
  for (const value of values) {
    const near = (other: number) => Math.abs(Math.log10(value / other)) < gap;
    if (!kept.some(near)) kept.push(value);
  }
  return kept.sort((a, b) => a - b);
}

function logTicks(domain: Range, about: number): number[] {
  const [low, high] = domain.map(Math.log10) as [number, number];
  // Decades: names that are closer to each other could not be read.
  const gap = (high - low) / (1.5 * about);
  // Every second or third power and so on, where there are too many.
  const step = Math.max(1, Math.ceil(gap));
  const first = Math.floor(low / step);
  const powers = Array.from(
    { length: Math.floor(high / step) - first + 1 },
    // Exact, which 10 ** -4 is not.
    (_, i) => Number(`1e${(first + i) * step}`),
  );
  const of = (digits: readonly number[]) =>
    digits
      .flatMap((digit) => powers.map((power) => digit * power))
      .filter((value) => value >= domain[0] && value <= domain[1]);
  if (step > 1) return of([1]);
  // The first that has enough of them; at most a decade for each two ticks.
  const enough = firstDigits.map(of).find(({ length }) => length >= about / 2);
  const even = () => ticks(domain[0], domain[1], about);
  return apart(enough ?? even().filter((tick) => tick > 0), gap);
}

export function scaleOf(log: boolean, domain: Range, range: Range): Scale {
  const place = log ? Math.log : (value: number) => value;
  const [from, to] = [place(domain[0]), place(domain[1])];
  const scale = (value: number) =>
    range[0] + ((place(value) - from) / (to - from)) * (range[1] - range[0]);
  const values = (about: number) =>
    log ? logTicks(domain, about) : ticks(domain[0], domain[1], about);
  return Object.assign(scale, {
    invert: (at: number) => {
      const share = (at - range[0]) / (range[1] - range[0]);
      const value = from + share * (to - from);
      return log ? Math.exp(value) : value;
    },
    ticks: (about: number) =>
      values(about).map((value) => ({
        at: scale(value),
        text: significant(value, 6),
      })),
  });
}
