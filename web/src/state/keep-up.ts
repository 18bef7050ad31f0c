// SPDX-License-Identifier: MIT
import { Code, ConnectError } from '@connectrpc/connect';

import { pause, sightOf, untilInSight } from './sight';

// Whether asking again may help: the stream was cut, or the server is starting.
// A TypeError is so only as the cause of a call's error, which is how a browser
// says that it got no answer; one by itself is a fault of ours.
export function isPassing(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  const { code, cause } = error;
  return (
    code === Code.Unavailable ||
    code === Code.ResourceExhausted ||
    cause instanceof TypeError
  );
}

export interface KeepUp<T> {
  // Begins the stream, where the last one ended.
  open: (signal: AbortSignal) => AsyncIterable<T>;
  // Takes a message, and tells whether it was the last that there will be.
  take: (message: T) => boolean;
  signal: AbortSignal;
  lost?: (yes: boolean) => void;
  firstPauseMs?: number;
}

// A stream whose errors are all a call's: what a browser says of a connection
// that breaks within one comes as it is.
async function* received<T>(stream: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* stream;
  } catch (error) {
    throw ConnectError.from(error);
  }
}

// Reads a stream to its end. One that is lost before that is opened again,
// after a second, then two, up to ten; `lost` hears of it. While the page is out
// of sight it is given up, for a browser has few connections, and opened again
// when the page is back. Throws what opening again cannot mend; an abort just
// ends it.
export async function keepUp<T>({
  open,
  take,
  signal,
  lost = () => {},
  firstPauseMs = 1000,
}: KeepUp<T>): Promise<void> {
  for (let pauseMs = firstPauseMs; ;) {
    await untilInSight(signal);
    if (signal.aborted) return;
    const sight = sightOf(signal);
    try {
      for await (const message of received(open(sight.signal))) {
        lost(false);
        pauseMs = firstPauseMs;
        if (take(message)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      const gaveUp = sight.signal.aborted && error instanceof ConnectError;
      if (!gaveUp && !isPassing(error)) throw error;
    } finally {
      sight.letGo();
    }
    if (signal.aborted) return;
    if (sight.signal.aborted) continue;
    lost(true);
    await pause(pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, 10 * firstPauseMs);
  }
}
