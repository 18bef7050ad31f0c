// SPDX-License-Identifier: MIT
import type { Dataset, Job } from '../../gen/microgpt/v1/microgpt_pb';
import type { Catalogue } from '../../language/en';
import { fixed, integer, significant } from '../../language/format';
import { choiceFields, numberFields } from '../../state/config';

export interface Row {
  name: string;
  values: readonly string[]; // one a job
  different: boolean;
}

function row(name: string, values: readonly string[]): Row {
  return { name, values, different: new Set(values).size > 1 };
}

// The settings of jobs, and what they came to, as rows of a table.
export function rowsOf(
  jobs: readonly Job[],
  text: Pick<Catalogue, 'config' | 'models' | 'run' | 'train'>,
  nameOf: (dataset: Dataset | undefined) => string,
): { settings: Row[]; results: Row[] } {
  const of = (name: string, value: (job: Job) => string) =>
    row(name, jobs.map(value));
  const settings = [
    of(text.train.dataset, ({ dataset }) => nameOf(dataset)),
    ...numberFields.map(({ name }) =>
      of(text.config.fields[name].label, ({ config }) => {
        const value = config?.[name];
        if (value === undefined) return '–';
        return name === 'seed' ? String(value) : significant(value, 12);
      }),
    ),
    ...choiceFields.map(({ name, options }) =>
      of(text.config.fields[name].label, ({ config }) => {
        const chosen = options.find(({ value }) => value === config?.[name]);
        return (chosen ?? options[0]!).label;
      }),
    ),
  ];
  const results = [
    of(text.models.parameters, (job) => integer(job.numParameters)),
    of(text.run.loss, (job) => (job.step > 0 ? fixed(job.loss, 4) : '–')),
    of(text.run.validationLoss, (job) =>
      job.validationLoss === undefined ? '–' : fixed(job.validationLoss, 4),
    ),
  ];
  return { settings, results };
}
