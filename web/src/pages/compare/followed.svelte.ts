// SPDX-License-Identifier: MIT
import { microgpt } from '../../api/clients';
import { type Failure, failureOf } from '../../api/failure';
import type { Job } from '../../gen/microgpt/v1/microgpt_pb';
import { isPassing } from '../../state/keep-up';
import { everyFor, fill, Metrics, metricsOf } from '../../state/metrics.svelte';
import { pause } from '../../state/sight';

const repeatMs = 2000;

// A run that is compared, as far as its figures have come.
export class FollowedRun {
  job = $state.raw<Job>();
  metrics = $state.raw(new Metrics());

  constructor(readonly id: string) {}

  // Asks again and again, rather than follow: a browser keeps only six
  // connections to a server, and a stream takes one. A server that is away for
  // a while is only asked later, and none while the page is out of sight.
  async follow(signal: AbortSignal, pauseMs = repeatMs): Promise<void> {
    while (!signal.aborted) {
      try {
        if (await this.#ask(signal)) return;
      } catch (error) {
        if (!isPassing(error)) throw error;
      }
      await pause(pauseMs, signal);
    }
  }

  // Tells whether the run has ended.
  async #ask(signal: AbortSignal): Promise<boolean> {
    const job = await microgpt.getStatus({ job: this.id }, { signal });
    this.job = job;
    const stream = metricsOf(this.id, everyFor(job.steps), false);
    await fill(this.metrics, stream, signal);
    return job.done;
  }
}

export interface Followed {
  readonly shown: readonly FollowedRun[];
  readonly failure: Failure | undefined;
}

// Follows the runs that `ids` names: those that were there before keep what
// they have. To be called while a component is made.
export function followed(ids: () => readonly string[]): Followed {
  let shown = $state.raw<readonly FollowedRun[]>([]);
  let failure = $state.raw<Failure>();
  const under = new Map<string, { run: FollowedRun; stop: AbortController }>();

  function begin(id: string): FollowedRun {
    const entry = under.get(id);
    if (entry) return entry.run;
    const run = new FollowedRun(id);
    const stop = new AbortController();
    under.set(id, { run, stop });
    run.follow(stop.signal).catch((error) => {
      if (!stop.signal.aborted) failure = failureOf(error);
    });
    return run;
  }

  $effect(() => {
    const wanted = ids();
    failure = undefined;
    for (const [id, { stop }] of under) {
      if (wanted.includes(id)) continue;
      stop.abort();
      under.delete(id);
    }
    shown = wanted.map(begin);
  });

  $effect(() => () => {
    for (const { stop } of under.values()) stop.abort();
  });

  return {
    get shown() {
      return shown;
    },
    get failure() {
      return failure;
    },
  };
}
