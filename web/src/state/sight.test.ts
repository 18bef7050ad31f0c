// SPDX-License-Identifier: MIT
import { getEventListeners } from 'node:events';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { keepUp } from './keep-up';
import { pause } from './sight';

// A page, as far as it is seen.
class Page extends EventTarget {
  visibilityState = 'visible';

  turn(visibilityState: 'visible' | 'hidden') {
    this.visibilityState = visibilityState;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: Page;

beforeEach(() => {
  page = new Page();
  vi.stubGlobal('document', page);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  expect(getEventListeners(page, 'visibilitychange')).toEqual([]);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

// Whether a promise has been kept by now.
function kept(promise: Promise<unknown>): () => boolean {
  let yes = false;
  void promise.then(() => (yes = true));
  return () => yes;
}

it('leaves nothing behind at a signal that outlives it', async () => {
  const { signal } = new AbortController();
  const ended = kept(pause(1000, signal));
  await vi.advanceTimersByTimeAsync(1000);
  expect(ended()).toBe(true);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('waits for a page that is out of sight, and no longer', async () => {
  const { signal } = new AbortController();
  const ended = kept(pause(1000, signal));
  page.turn('hidden');
  await vi.advanceTimersByTimeAsync(5000);
  expect(ended()).toBe(false);
  page.turn('visible');
  await vi.advanceTimersByTimeAsync(0);
  expect(ended()).toBe(true);
});

it('ends where nobody waits any more', async () => {
  const controller = new AbortController();
  const ended = kept(pause(1000, controller.signal));
  page.turn('hidden');
  controller.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect(ended()).toBe(true);
  await pause(1000, controller.signal);
  expect(vi.getTimerCount()).toBe(0);
});

// Messages 1, 2, 3, … from wherever it is opened, until it is given up.
function counting(taken: readonly number[]) {
  const opened: number[] = [];
  async function* open(signal: AbortSignal) {
    opened.push(taken.length + 1);
    for (let next = taken.length + 1; next <= 6; ++next) {
      yield next;
      signal.throwIfAborted();
    }
  }
  return { opened, open };
}

it('keeps no stream while the page is out of sight, and loses no message', async () => {
  const { signal } = new AbortController();
  const taken: number[] = [];
  const told: boolean[] = [];
  const { opened, open } = counting(taken);
  const ended = kept(
    keepUp({
      open,
      take: (message) => {
        taken.push(message);
        if (message === 3) page.turn('hidden');
        return message === 6;
      },
      signal,
      lost: (yes) => told.push(yes),
    }),
  );
  await vi.advanceTimersByTimeAsync(60_000);
  expect(opened).toEqual([1]);
  expect(taken).toEqual([1, 2, 3]);
  page.turn('visible');
  await vi.advanceTimersByTimeAsync(0);
  expect(ended()).toBe(true);
  expect(opened).toEqual([1, 4]);
  expect(taken).toEqual([1, 2, 3, 4, 5, 6]);
  // The server was there all the time.
  expect(told).not.toContain(true);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
