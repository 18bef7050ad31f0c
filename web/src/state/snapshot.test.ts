// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { JobSchema } from '../gen/microgpt/v1/microgpt_pb';
import { ModelSchema } from '../gen/microgpt/v1/registry_pb';
import { aboutJob, aboutModel, requestFor } from './snapshot.svelte';

const model = aboutModel(
  create(ModelSchema, { name: 'names', version: 3, job: 'j1' }),
);

it('asks for a model by its version, which never changes', () => {
  expect(requestFor(model)).toEqual({ model: 'names@3' });
});

it('asks for an earlier step of it from its run', () => {
  expect(requestFor(model, 0)).toEqual({ job: 'j1', step: 0 });
});

it('knows no steps of an imported model', () => {
  const imported = aboutModel(create(ModelSchema, { name: 'x', version: 1 }));
  expect(requestFor(imported, 5)).toEqual({ model: 'x@1' });
});

it('asks for the newest of a run unless a step is named', () => {
  const run = aboutJob(create(JobSchema, { job: 'j2', steps: 10 }));
  expect(requestFor(run)).toEqual({ job: 'j2' });
  expect(requestFor(run, 7)).toEqual({ job: 'j2', step: 7 });
});
