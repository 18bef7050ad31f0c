// SPDX-License-Identifier: MIT
import { type Failure, failureOf } from '../api/failure';
import { isPassing } from './keep-up';
import { pause } from './sight';

// So long after a call that the server did not answer.
const retryMs = 2000;

// What a call answers, and how it goes.
export interface Loaded<T> {
  // The last answer. It stays while the next one is on its way.
  readonly value: T | undefined;
  // The last answer where it is one to what is asked now: none while a call is
  // on its way, or after one that failed. Who goes on from an answer takes this.
  readonly current: T | undefined;
  readonly failure: Failure | undefined;
  readonly busy: boolean;
  // Asks again.
  reload(): void;
}

// Calls `ask` now, and again whenever something reactive that it reads before
// its first `await` changes. A call whose answer nobody wants any more, for the
// question changed or the reader left, is aborted. Where `ask` gives undefined
// there is nothing to ask. With `repeatMs` it asks again so long after each
// answer, while the page is in sight; without it, where the server does not
// answer, until it does. To be called while a component is made.
export function load<T>(
  ask: (signal: AbortSignal) => Promise<T> | undefined,
  { repeatMs }: { repeatMs?: number } = {},
): Loaded<T> {
  let value = $state.raw<T>();
  let failure = $state.raw<Failure>();
  let busy = $state(false);
  let turn = $state(0);

  $effect(() => {
    void turn;
    const controller = new AbortController();
    const { signal } = controller;
    const answer = ask(signal);
    busy = answer !== undefined;
    if (answer) void settle(answer, signal);
    else [value, failure] = [undefined, undefined];
    return () => controller.abort();
  });

  // Once more after `ms`, or when the page comes back into sight.
  async function repeatLater(signal: AbortSignal, ms: number) {
    await pause(ms, signal);
    if (!signal.aborted) ++turn;
  }

  async function settle(answer: Promise<T>, signal: AbortSignal) {
    let again = repeatMs;
    try {
      const result = await answer;
      if (signal.aborted) return;
      [value, failure] = [result, undefined];
    } catch (error) {
      if (signal.aborted) return;
      failure = failureOf(error);
      if (isPassing(error)) again ??= retryMs;
    }
    busy = false;
    if (again !== undefined) void repeatLater(signal, again);
  }

  return {
    get value() {
      return value;
    },
    get current() {
      return busy || failure ? undefined : value;
    },
    get failure() {
      return failure;
    },
    get busy() {
      return busy;
    },
    reload: () => ++turn,
  };
}
