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

function logTicks(domain: Range, about: number): number[] {
  const [low, high] = domain.map((value) => Math.floor(Math.log10(value))) as [
    number,
    number,
  ];
  const of = (digits: readonly number[]) =>
    Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i))
      .flatMap((power) => digits.map((digit) => digit * power))
      .filter((value) => value >= domain[0] && value <= domain[1]);
  // The first that has enough of them; at most a decade for each two ticks.
  const enough = firstDigits.map(of).find(({ length }) => length >= about / 2);
  return (
    enough ?? ticks(domain[0], domain[1], about).filter((tick) => tick > 0)
  );
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
