// SPDX-License-Identifier: MIT
//
// What goes on by itself rests while the page is out of sight: in a tab behind
// another, or in a window that is put away.

// Without a page, as in unit tests, all is in sight.
function inSight(): boolean {
  return globalThis.document?.visibilityState !== 'hidden';
}

// Calls `look` when the page goes out of sight or comes back, until it is let go.
function onChange(look: () => void): () => void {
  const page = globalThis.document;
  page?.addEventListener('visibilitychange', look);
  return () => page?.removeEventListener('visibilitychange', look);
}

// Resolves after so long if the page is in sight, and when it comes back into
// sight; or when the signal says that nobody waits any more.
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (inSight()) end();
    };
    const timer = setTimeout(look, ms);
    const letGo = onChange(look);
    function end() {
      clearTimeout(timer);
      letGo();
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}

// Resolves at once if the page is in sight, otherwise as `pause` does.
export async function untilInSight(signal: AbortSignal): Promise<void> {
  if (!inSight()) await pause(0, signal);
}

export interface Sight {
  // Aborted when the page goes out of sight, or by the signal that it is made of.
  readonly signal: AbortSignal;
  letGo(): void;
}

// How long something may go on that is only there to be seen. To be let go
// when that has ended.
export function sightOf(outer: AbortSignal): Sight {
  const controller = new AbortController();
  const abort = () => controller.abort(outer.reason);
  const letGo = onChange(() => {
    if (!inSight()) abort();
  });
  outer.addEventListener('abort', abort);
  if (outer.aborted) abort();
  return {
    signal: controller.signal,
    letGo: () => {
      letGo();
      outer.removeEventListener('abort', abort);
    },
  };
}
