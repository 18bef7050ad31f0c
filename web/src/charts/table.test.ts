// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { thinned, toCsv } from './table';

it('quotes what CSV would misread, and writes all digits', () => {
  const rows = [['a,"b"', 0.1 + 0.2, undefined]];
  expect(toCsv({ columns: ['x', 'y', 'z'], rows })).toBe(
    'x,y,z\r\n"a,""b""",0.30000000000000004,\r\n',
  );
});

it('thins evenly, and keeps both ends', () => {
  const rows = Array.from({ length: 1000 }, (_, i) => [i]);
  const kept = thinned({ columns: ['i'], rows }, 5).rows.map(([i]) => i);
  expect(kept).toEqual([0, 250, 500, 749, 999]);
  expect(thinned({ columns: ['i'], rows: [[1], [2]] }, 5).rows.length).toBe(2);
});
