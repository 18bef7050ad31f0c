// SPDX-License-Identifier: MIT
//
// What the views of the inside look at: a model's version or a training run,
// one of its checkpoints, and a text. The address holds all of it.
import { inspector, microgpt, registry } from '../api/clients';
import { type Failure, failureOf } from '../api/failure';
import { href, type Parameters } from '../app/address';
import { router } from '../app/router.svelte';
import type { GetMetricsResponse } from '../gen/microgpt/v1/inspector_pb';
import { keepUp } from './keep-up';
import { type Loaded, load } from './load.svelte';

export type Source =
  | { kind: 'model'; reference: string } // "names@3"
  | { kind: 'run'; job: string };

// The part of a request that names a snapshot, as Trace and its like have it.
export interface Snapshot {
  model?: string;
  job?: string;
  step?: number;
}

// Of an address: /models/:model/… or /runs/:job/….
function sourceOf(parameters: Parameters): Source {
  const { model, job } = parameters;
  return job
    ? { kind: 'run', job }
    : { kind: 'model', reference: model ?? 'names' };
}

// The address of a view of a source: viewOf(source, 'inside').
export function viewOf(source: Source, view: string, query = {}): string {
  const segments =
    source.kind === 'run' ? ['runs', source.job] : ['models', source.reference];
  return href(view ? [...segments, view] : segments, query);
}

// A step of the address; undefined: the newest.
export function stepOf(
  query: Readonly<Record<string, string>>,
): number | undefined {
  const step = query['step'];
  return step !== undefined && /^\d+$/.test(step) ? Number(step) : undefined;
}

// Names a snapshot. A version's own weights where no step is asked for; those
// of the run that made it where one is.
export function snapshotOf(
  source: Source,
  job: string | undefined,
  step: number | undefined,
): Snapshot {
  if (source.kind === 'model' && (step === undefined || !job)) {
    return { model: source.reference };
  }
  return {
    job: source.kind === 'run' ? source.job : job!,
    ...(step === undefined ? {} : { step }),
  };
}

interface Origin {
  job: string; // empty: an imported model, which has no checkpoints
  steps: number;
}

async function originOf(source: Source, signal: AbortSignal): Promise<Origin> {
  const job =
    source.kind === 'run'
      ? source.job
      : (await registry.getModel({ model: source.reference }, { signal })).job;
  if (!job) return { job, steps: 0 };
  const { steps } = await microgpt.getStatus({ job }, { signal });
  return { job, steps };
}

// Reactive all through. Make one a page: new Subject(() => parameters), while
// the page's component is made.
export class Subject {
  readonly #source: () => Source;
  readonly #origin: Loaded<Origin>;
  // undefined: not known yet.
  #checkpoints = $state.raw<readonly number[]>();
  #unknown = $state.raw<Failure>(); // why they are not known
  #lost = $state(false); // the stream of them was, and is asked for again
  readonly #written = $derived(JSON.stringify(this.#named() ?? null));
  readonly #snapshot = $derived<Snapshot | undefined>(
    JSON.parse(this.#written) ?? undefined,
  );

  constructor(parameters: () => Parameters) {
    this.#source = () => sourceOf(parameters());
    this.#origin = load((signal) => originOf(this.#source(), signal));
    $effect(() => {
      const origin = this.#origin.value;
      if (!origin) return;
      const controller = new AbortController();
      [this.#checkpoints, this.#unknown] = [undefined, undefined];
      this.#lost = false;
      void this.#follow(origin, controller.signal);
      return () => controller.abort();
    });
  }

  // The checkpoints that there are and those that come, until the run ends.
  async #follow({ job, steps }: Origin, signal: AbortSignal) {
    if (!job) {
      this.#checkpoints = [];
      return;
    }
    // Behind the last step: the checkpoints, and no points.
    const request = { job, fromStep: steps + 1, follow: true };
    const take = ({ checkpoints, done }: GetMetricsResponse) => {
      if (checkpoints.length > 0) this.#checkpoints = checkpoints;
      return done;
    };
    const lost = (yes: boolean) => (this.#lost = yes);
    const open = (signal: AbortSignal) =>
      inspector.getMetrics(request, { signal });
    try {
      await keepUp({ open, take, signal, lost });
    } catch (error) {
      if (!signal.aborted) this.#unknown = failureOf(error);
    }
    // Another subject's are not known yet.
    if (!signal.aborted) this.#checkpoints ??= [];
  }

  get source(): Source {
    return this.#source();
  }

  get checkpoints(): readonly number[] {
    return this.#checkpoints ?? [];
  }

  // Why there are no checkpoints, where there are none: none was kept, or the
  // model was imported. undefined also while they are not known yet.
  get absence(): 'none' | 'imported' | undefined {
    if (this.#checkpoints?.length !== 0) return undefined;
    return this.#origin.value?.job === '' ? 'imported' : 'none';
  }

  // Why the checkpoints are not known, if they aren't.
  get failure() {
    return this.#origin.failure ?? this.#unknown;
  }

  // The server does not answer while a run is followed.
  get lost(): boolean {
    return this.#lost;
  }

  get step(): number | undefined {
    return stepOf(router.query);
  }

  set step(step: number | undefined) {
    router.setQuery({ step });
  }

  // What to put into a request; undefined while it is not known yet. The same
  // object until it names something else, so that a change of the address'
  // other parts asks for nothing again.
  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  // A run's newest checkpoint is named by its step, so that it is asked for
  // again when there is a newer one.
  #named(): Snapshot | undefined {
    const { source, step } = this;
    const origin = this.#origin.value;
    if (source.kind === 'run') {
      if (step === undefined && this.#checkpoints === undefined) {
        return undefined;
      }
      const newest = this.#checkpoints?.at(-1);
      return snapshotOf(source, source.job, step ?? newest);
    }
    if (step !== undefined && !origin) return undefined;
    return snapshotOf(source, origin?.job, step);
  }
}
