// SPDX-License-Identifier: MIT
import { onDestroy } from 'svelte';

import { type Failure, failureOf } from '../api/failure';

// Something that a reader starts: a button's call. One at a time.
export class Action {
  busy = $state(false);
  failure = $state.raw<Failure>();
  #controller: AbortController | undefined;

  // Runs `work`, and tells whether it succeeded. Its failure stays until the
  // next start. Does nothing while one is under way.
  async run(work: (signal: AbortSignal) => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    const controller = (this.#controller = new AbortController());
    this.busy = true;
    this.failure = undefined;
    try {
      await work(controller.signal);
      return true;
    } catch (error) {
      if (!controller.signal.aborted) this.failure = failureOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  // Gives up what is under way, if anything is.
  stop(): void {
    this.#controller?.abort();
  }
}

// One that is given up when the reader leaves. To be called while a component is
// made.
export function newAction(): Action {
  const action = new Action();
  onDestroy(() => action.stop());
  return action;
}
