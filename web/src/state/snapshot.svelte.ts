// SPDX-License-Identifier: MIT
import { inspector, microgpt, registry } from '../api/clients';
import type { Parameters } from '../app/address';
import { router } from '../app/router.svelte';
import type { Config, Job } from '../gen/microgpt/v1/microgpt_pb';
import type { Model } from '../gen/microgpt/v1/registry_pb';
import { type Loaded, load } from './load.svelte';

// What is looked into: a version of a model, or a run.
export interface About {
  title: string; // "names@3", or the run's id
  model: string; // a reference; empty: a run
  job: string; // empty: the model was imported
  config: Config | undefined;
  vocabSize: number;
  steps: number;
  dataset: string; // its id; empty: not known
  done: boolean;
}

// The fields with which the Inspector's requests name a snapshot.
export interface SnapshotRequest {
  model?: string;
  job?: string;
  step?: number;
}

export function aboutModel(model: Model): About {
  const reference = `${model.name}@${model.version}`;
  return {
    title: reference,
    model: reference,
    job: model.job,
    config: model.config,
    vocabSize: model.vocabSize,
    steps: model.config?.steps ?? 0,
    dataset: model.dataset?.id ?? '',
    done: true,
  };
}

export function aboutJob(job: Job): About {
  return {
    title: job.job,
    model: '',
    job: job.job,
    config: job.config,
    vocabSize: job.vocabSize,
    steps: job.steps,
    dataset: job.dataset?.id ?? '',
    done: job.done,
  };
}

// A model at a step is what its run had learnt after it; the model itself is
// what was learnt in the end.
export function requestFor(about: About, step?: number): SnapshotRequest {
  if (step !== undefined && about.job) return { job: about.job, step };
  return about.model ? { model: about.model } : { job: about.job };
}

export interface Snapshot {
  readonly about: Loaded<About>;
  readonly step: number | undefined; // of the address; unset: the newest
  readonly checkpoints: readonly number[];
  // Of a run that goes on it changes with each new checkpoint.
  readonly request: SnapshotRequest | undefined;
}

// One point for so many steps: the figures themselves are not wanted here.
const thinnest = 1_000_000;

// The snapshot that a page's address names, with the steps there are of it. To
// be called while a component is made.
export function openSnapshot(parameters: () => Parameters): Snapshot {
  const model = $derived(parameters()['model']);
  const job = $derived(parameters()['job'] ?? '');
  const asked = $derived(router.query['step']);
  const step = $derived(
    asked !== undefined && /^\d{1,9}$/.test(asked) ? Number(asked) : undefined,
  );
  const about = load(async (signal) =>
    model === undefined
      ? aboutJob(await microgpt.getStatus({ job }, { signal }))
      : aboutModel(await registry.getModel({ model }, { signal })),
  );
  let checkpoints = $state.raw<readonly number[]>([]);
  const run = $derived(about.value?.job);
  const follow = $derived(about.value?.done === false);

  $effect(() => {
    if (!run) return;
    const controller = new AbortController();
    const request = { job: run, every: thinnest, follow };
    void watch(request, controller.signal);
    return () => controller.abort();
  });

  // A server without these figures has no steps to choose from; the page works
  // without them.
  async function watch(
    request: { job: string; every: number; follow: boolean },
    signal: AbortSignal,
  ) {
    try {
      for await (const answer of inspector.getMetrics(request, { signal })) {
        if (answer.checkpoints.length > 0) checkpoints = answer.checkpoints;
      }
    } catch {
      return;
    }
  }

  const newest = $derived(follow ? checkpoints.at(-1) : undefined);
  const request = $derived.by(() => {
    void newest;
    return about.value && requestFor(about.value, step);
  });

  return {
    about,
    get step() {
      return step;
    },
    get checkpoints() {
      return checkpoints;
    },
    get request() {
      return request;
    },
  };
}
