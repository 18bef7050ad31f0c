// SPDX-License-Identifier: MIT
import { microgpt, registry } from '../api/clients';
import type { Config } from '../gen/microgpt/v1/microgpt_pb';
import type { Source } from './subject.svelte';

// What a view of the inside has to know of its source.
export interface About {
  title: string; // "names@3", or the run's id
  config: Config | undefined;
  vocabSize: number;
  dataset: string; // its id; empty: not known
}

export async function aboutOf(
  source: Source,
  signal: AbortSignal,
): Promise<About> {
  if (source.kind === 'run') {
    const job = await microgpt.getStatus({ job: source.job }, { signal });
    const { config, vocabSize, dataset } = job;
    return { title: job.job, config, vocabSize, dataset: dataset?.id ?? '' };
  }
  const { reference } = source;
  const model = await registry.getModel({ model: reference }, { signal });
  const { name, version, config, vocabSize, dataset } = model;
  const title = `${name}@${version}`;
  return { title, config, vocabSize, dataset: dataset?.id ?? '' };
}
