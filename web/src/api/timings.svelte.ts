// SPDX-License-Identifier: MIT
//
// How long the calls of this page took, as it saw them itself: the way to the
// server and back is in it.
import type { Interceptor } from '@connectrpc/connect';

// Of one method, since the page was opened.
export interface Timing {
  method: string; // "NextTokens"
  calls: number; // that were answered or failed
  failed: number;
  recentMs: readonly number[]; // the last ones that were answered
}

const mostRecent = 100;

export class Timings {
  readonly #methods = new Map<string, Timing>();
  #revision = $state(0);

  // By name.
  get all(): Timing[] {
    void this.#revision;
    return [...this.#methods.values()].sort((a, b) =>
      a.method < b.method ? -1 : 1,
    );
  }

  answered(method: string, ms: number): void {
    const timing = this.#of(method);
    const recentMs = [...timing.recentMs, ms].slice(-mostRecent);
    this.#set({ ...timing, calls: timing.calls + 1, recentMs });
  }

  // `before`: that it had been answered, as a stream that is cut later.
  failed(method: string, before: boolean): void {
    const timing = this.#of(method);
    const calls = timing.calls + (before ? 0 : 1);
    this.#set({ ...timing, calls, failed: timing.failed + 1 });
  }

  #of(method: string): Timing {
    const none = { method, calls: 0, failed: 0, recentMs: [] };
    return this.#methods.get(method) ?? none;
  }

  #set(timing: Timing): void {
    this.#methods.set(timing.method, timing);
    ++this.#revision;
  }
}

// Half of the calls took at most so long. Undefined: there are none.
export function medianOf(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

// Tells `timings` how a call goes that begins now. It is answered once, however
// often it is said; what the page itself gives up is left out.
export function beginCall(
  timings: Timings,
  method: string,
  signal: AbortSignal | undefined,
) {
  const began = performance.now();
  let answered = false;
  return {
    succeed: () => {
      if (!answered) timings.answered(method, performance.now() - began);
      answered = true;
    },
    fail: () => {
      if (!signal?.aborted) timings.failed(method, answered);
    },
  };
}

// Tells `timings` of each call. A stream counts as answered by its first
// message.
export function timed(timings: Timings): Interceptor {
  return (next) => async (request) => {
    const { method, signal } = request;
    const { succeed, fail } = beginCall(timings, method.name, signal);
    async function* watched<T>(messages: AsyncIterable<T>): AsyncIterable<T> {
      try {
        for await (const message of messages) {
          succeed();
          yield message;
        }
        succeed();
      } catch (error) {
        fail();
        throw error;
      }
    }
    try {
      const response = await next(request);
      if (response.stream) {
        return { ...response, message: watched(response.message) };
      }
      succeed();
      return response;
    } catch (error) {
      fail();
      throw error;
    }
  };
}

export const timings = new Timings();
