// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { envelopeHead, openEnvelopes } from './envelope';

const bytes = (text: string) => new TextEncoder().encode(text);

function envelope(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...envelopeHead(data.length), ...data]);
}

it('writes flags and length', () => {
  expect([...envelopeHead(2)]).toEqual([0, 0, 0, 0, 2]);
});

it('writes lengths above a byte, most significant first', () => {
  expect([...envelopeHead(0x10203)]).toEqual([0, 0, 1, 2, 3]);
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
