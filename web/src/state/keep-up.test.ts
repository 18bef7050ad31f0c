// SPDX-License-Identifier: MIT
import { Code, ConnectError } from '@connectrpc/connect';
import { expect, it } from 'vitest';

import { isPassing, keepUp } from './keep-up';

const { signal } = new AbortController();

// A stream that breaks as browsers break it, once; then one message more.
function breaking() {
  let opened = 0;
  return async function* () {
    yield ++opened;
    if (opened === 1) throw new TypeError('network error');
  };
}

it('opens a stream again that a browser lost', async () => {
  const taken: number[] = [];
  const told: boolean[] = [];
  await keepUp({
    open: breaking(),
    take: (message) => taken.push(message) === 2,
    signal,
    lost: (yes) => told.push(yes),
    firstPauseMs: 0,
  });
  expect(taken).toEqual([1, 2]);
  expect(told).toEqual([false, true, false]);
});

it('ends with a fault of who takes the messages', async () => {
  const fault = new TypeError('undefined is not a function');
  const take = () => {
    throw fault;
  };
  const kept = keepUp({ open: breaking(), take, signal, firstPauseMs: 0 });
  await expect(kept).rejects.toBe(fault);
});

it('tells a server that is away from what asking again cannot mend', () => {
  const fetched = ConnectError.from(new TypeError('Failed to fetch'));
  expect(isPassing(fetched)).toBe(true);
  expect(isPassing(new ConnectError('busy', Code.ResourceExhausted))).toBe(
    true,
  );
  expect(isPassing(new ConnectError('no such', Code.NotFound))).toBe(false);
  expect(isPassing(new TypeError('x is undefined'))).toBe(false);
});
