// SPDX-License-Identifier: MIT
//
// What the views of the inside look at: a model's version or a training run,
// one of its checkpoints, and a text. The address holds all of it.
import { inspector, microgpt, registry } from '../api/clients';
import { href, type Parameters } from '../app/address';
import { router } from '../app/router.svelte';
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
export function sourceOf(parameters: Parameters): Source {
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
  checkpoints: readonly number[];
}

async function originOf(source: Source, signal: AbortSignal): Promise<Origin> {
  const job =
    source.kind === 'run'
      ? source.job
      : (await registry.getModel({ model: source.reference }, { signal })).job;
  if (!job) return { job, checkpoints: [] };
  // Behind the last step: the checkpoints, and no points.
  const { steps } = await microgpt.getStatus({ job }, { signal });
  let checkpoints: readonly number[] = [];
  const request = { job, fromStep: steps + 1 };
  for await (const answer of inspector.getMetrics(request, { signal })) {
    if (answer.checkpoints.length > 0) checkpoints = answer.checkpoints;
  }
  return { job, checkpoints };
}

// Reactive all through. Make one a page: new Subject(() => parameters), while
// the page's component is made.
export class Subject {
  readonly #source: () => Source;
  readonly #origin: Loaded<Origin>;

  constructor(parameters: () => Parameters) {
    this.#source = () => sourceOf(parameters());
    this.#origin = load((signal) => originOf(this.#source(), signal));
  }

  get source(): Source {
    return this.#source();
  }

  get checkpoints(): readonly number[] {
    return this.#origin.value?.checkpoints ?? [];
  }

  // Why the checkpoints are not known, if they aren't.
  get failure() {
    return this.#origin.failure;
  }

  get step(): number | undefined {
    return stepOf(router.query);
  }

  get text(): string {
    return router.query['text'] ?? '';
  }

  set step(step: number | undefined) {
    router.setQuery({ step });
  }

  set text(text: string) {
    router.setQuery({ text });
  }

  // What to put into a request; undefined while it is not known yet.
  get snapshot(): Snapshot | undefined {
    const { source, step } = this;
    const origin = this.#origin.value;
    if (source.kind === 'model' && step !== undefined && !origin)
      return undefined;
    return snapshotOf(source, origin?.job, step);
  }
}
