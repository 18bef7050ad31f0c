// SPDX-License-Identifier: MIT
import { Code, ConnectError } from '@connectrpc/connect';

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

// Resolves after so long, or when the signal says that nobody waits any more.
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
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
// after a second, then two, up to ten; `lost` hears of it. Throws what opening
// again cannot mend; an abort just ends it.
export async function keepUp<T>({
  open,
  take,
  signal,
  lost = () => {},
  firstPauseMs = 1000,
}: KeepUp<T>): Promise<void> {
  for (let pauseMs = firstPauseMs; !signal.aborted;) {
    try {
      for await (const message of received(open(signal))) {
        lost(false);
        pauseMs = firstPauseMs;
        if (take(message)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
    }
    if (signal.aborted) return;
    lost(true);
    await pause(pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, 10 * firstPauseMs);
  }
}
