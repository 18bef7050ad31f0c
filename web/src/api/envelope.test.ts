// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { envelope, openEnvelopes } from './envelope';

const bytes = (text: string) => new TextEncoder().encode(text);

it('writes flags, length and data', () => {
  expect([...envelope(bytes('{}'))]).toEqual([0, 0, 0, 0, 2, 0x7b, 0x7d]);
});

it('writes lengths above a byte, most significant first', () => {
  expect([...envelope(new Uint8Array(0x10203)).subarray(0, 5)]).toEqual([
    0, 0, 1, 2, 3,
  ]);
});

it('opens what it wrote, and tells the last one', () => {
  const end = envelope(bytes('{}'));
  end[0] = 2;
  const all = new Uint8Array([...envelope(bytes('{"a":1}')), ...end]);
  const opened = openEnvelopes(all).map(({ end, data }) => ({
    end,
    text: new TextDecoder().decode(data),
  }));
  expect(opened).toEqual([
    { end: false, text: '{"a":1}' },
    { end: true, text: '{}' },
  ]);
});

it('refuses an answer that was cut', () => {
  const whole = envelope(bytes('{"a":1}'));
  expect(() => openEnvelopes(whole.subarray(0, 8))).toThrow(RangeError);
  expect(() => openEnvelopes(whole.subarray(0, 3))).toThrow(RangeError);
});
