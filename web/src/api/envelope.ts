// SPDX-License-Identifier: MIT
//
// The Connect protocol's frames for streams: a byte of flags, the length in
// four bytes, the most significant first, and the message.

const endOfStream = 2;

export interface Envelope {
  end: boolean; // the last one: how the call ended, as JSON
  data: Uint8Array<ArrayBuffer>;
}

// What stands before a message of this many bytes.
export function envelopeHead(length: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(1, length);
  return head;
}

// The frames in `bytes`. Throws a RangeError where they end within one.
export function openEnvelopes(bytes: Uint8Array<ArrayBuffer>): Envelope[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const envelopes: Envelope[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = view.getUint32(at + 1);
    if (at + 5 + length > bytes.length) {
      throw new RangeError('the answer ends within a message');
    }
    const data = bytes.subarray(at + 5, at + 5 + length);
    envelopes.push({ end: (view.getUint8(at) & endOfStream) !== 0, data });
    at += 5 + length;
  }
  return envelopes;
}
