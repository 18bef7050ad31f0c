// SPDX-License-Identifier: MIT
//
// The whole API through @connectrpc/connect-node as it is published: each method
// of each service in JSON and in binary. A method that the generated code has and
// no case calls fails.
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { DescService } from '@bufbuild/protobuf';
import {
  type Client,
  Code,
  ConnectError,
  createClient,
  type Interceptor,
} from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterEach, describe, expect, inject, it } from 'vitest';

import {
  file_microgpt_v1_inspector,
  Inspector,
  TraceRequest_Part,
} from '../src/gen/microgpt/v1/inspector_pb';
import {
  Evaluation_Scored,
  file_microgpt_v1_microgpt,
  type Job,
  Job_State,
  MicroGpt,
} from '../src/gen/microgpt/v1/microgpt_pb';
import {
  file_microgpt_v1_registry,
  ModelFormat,
  Registry,
} from '../src/gen/microgpt/v1/registry_pb';
import { stopAll } from './dashboard';

afterEach(stopAll);

const proto = join(__dirname, '../../proto/microgpt/v1');
const files = [
  file_microgpt_v1_inspector,
  file_microgpt_v1_microgpt,
  file_microgpt_v1_registry,
];
const documents = ['anna', 'emma', 'mia', 'marie', 'maria', 'nina', 'rene'];
const alphabet = 'aeimnr';
const wait = { seconds: 30n };
const endless = { steps: 1_000_000, nEmbd: 64 };

interface Api {
  form: string; // begins the names of what its cases make
  called: Set<string>;
  microgpt: Client<typeof MicroGpt>;
  registry: Client<typeof Registry>;
  inspector: Client<typeof Inspector>;
  taught: () => Promise<Job>;
}

function apiIn(form: string, useBinaryFormat: boolean): Api {
  const called = new Set<string>();
  const note: Interceptor = (next) => (request) => {
    called.add(`${request.service.typeName}/${request.method.name}`);
    return next(request);
  };
  const transport = createConnectTransport({
    baseUrl: inject('api'),
    httpVersion: '1.1',
    useBinaryFormat,
    interceptors: [note],
  });
  const microgpt = createClient(MicroGpt, transport);
  let job: Promise<Job> | undefined;
  const model = `${form}-taught`;
  const config = { steps: 200 };
  return {
    form,
    called,
    microgpt,
    registry: createClient(Registry, transport),
    inspector: createClient(Inspector, transport),
    taught: () => (job ??= microgpt.train({ model, documents, config, wait })),
  };
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const messages: T[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

async function* chunksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

async function* withFirst<T extends object>(first: T, bytes: Uint8Array) {
  let begun = false;
  for await (const chunk of chunksOf(bytes, 1000)) {
    yield begun ? { chunk } : { ...first, chunk };
    begun = true;
  }
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

function idOf(documents: readonly string[]): string {
  const text = documents.map((document) => `${document}\n`).join('');
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

async function codeOf(call: Promise<unknown>): Promise<Code | undefined> {
  return call.then(
    () => undefined,
    (error) => ConnectError.from(error).code,
  );
}

async function exported(api: Api, format: ModelFormat): Promise<Buffer> {
  const { model } = await api.taught();
  const answers = await all(api.registry.exportModel({ model, format }));
  return Buffer.concat(answers.map(({ chunk }) => chunk));
}

async function lossesOf(api: Api, fromStep = 1): Promise<number[]> {
  const { job } = await api.taught();
  const answers = await all(api.registry.getLosses({ job, fromStep }));
  expect(answers[0]!.firstStep).toBe(fromStep);
  return answers.flatMap(({ losses }) => losses);
}

type Case = (api: Api) => Promise<void>;
// One for each method: what is missing here does not compile, either.
type Cases<S extends DescService> = Record<keyof S['method'] & string, Case>;

const ofMicroGpt: Cases<typeof MicroGpt> = {
  async train({ form, microgpt, taught }) {
    const job = await taught();
    expect(job).toMatchObject({
      model: `${form}-taught`,
      state: Job_State.SUCCEEDED,
      done: true,
      step: 200,
      version: 1,
      vocabSize: alphabet.length + 1,
    });
    expect(job.dataset).toMatchObject({
      id: idOf(documents),
      documents: documents.length,
      tokens: sum(documents.map(({ length }) => length + 1)),
    });
    // Without a wait it answers at once; the same request makes no second job.
    const request = {
      model: `${form}-begun`,
      dataset: 'names',
      config: endless,
      requestId: `${form}-once`,
    };
    const begun = await microgpt.train(request);
    expect(begun.done).toBe(false);
    expect((await microgpt.train(request)).job).toBe(begun.job);
    await microgpt.cancelTraining({ job: begun.job });
  },

  async getStatus({ form, microgpt, taught }) {
    const { job } = await taught();
    const found = await microgpt.getStatus({ job, full: true });
    expect(found.history.at(-1)!.step).toBe(200);
    expect(found.samples).toHaveLength(5);
    expect(found.dataset!.alphabet).toBe(alphabet);
    const newest = await microgpt.getStatus({ model: `${form}-taught` });
    expect(newest.job).toBe(job);
    expect(newest.samples).toEqual([]);
  },

  async watchStatus({ form, microgpt }) {
    const config = { steps: 3000 };
    const model = `${form}-watched`;
    const { job } = await microgpt.train({ model, documents, config });
    const minInterval = { nanos: 1_000_000 };
    const seen = await all(microgpt.watchStatus({ job, minInterval }));
    const revisions = seen.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    expect(seen.filter(({ done }) => done)).toEqual(seen.slice(-1));
    expect(seen.at(-1)).toEqual(await microgpt.getStatus({ job }));
  },

  async cancelTraining({ form, microgpt }) {
    const { job } = await microgpt.train({
      model: `${form}-cancelled`,
      dataset: 'names',
      config: endless,
    });
    const answer = await microgpt.cancelTraining({ job });
    expect([Job_State.CANCELLING, Job_State.CANCELLED]).toContain(answer.state);
    const { state, step } = await microgpt.getStatus({ job, wait });
    expect(state).toBe(Job_State.CANCELLED);
    expect(step).toBeLessThan(endless.steps);
  },

  async generate({ microgpt, taught }) {
    const { model } = await taught();
    const request = { model, count: 600, seed: 7, logprobs: true };
    const answers = await all(microgpt.generate(request));
    const samples = answers.flatMap(({ samples }) => samples);
    expect(samples.map(({ index }) => index)).toEqual([...Array(600).keys()]);
    for (const { text, logprob, tokenLogprobs } of samples) {
      expect(text).toMatch(/^[aeimnr]+$/);
      expect(sum(tokenLogprobs)).toBeCloseTo(logprob, 9);
    }
    const summaries = answers.filter(({ summary }) => summary);
    expect(summaries).toEqual(answers.slice(-1));
    expect(summaries[0]!.summary).toMatchObject({
      count: 600,
      shortfall: 0,
      seed: 7,
      model: `${model}@1`,
    });
    // A message for each token, and the same strings.
    const streamed = await all(
      microgpt.generate({ model, count: 3, seed: 7, streamTokens: true }),
    );
    const tokens = streamed.flatMap(({ token }) => token ?? []);
    const texts = [0, 1, 2].map((wanted) =>
      tokens
        .filter(({ index }) => index === wanted)
        .map(({ text }) => text)
        .join(''),
    );
    expect(texts).toEqual(samples.slice(0, 3).map(({ text }) => text));
  },

  async score({ microgpt, taught }) {
    const { model } = await taught();
    const [drawn] = (await all(microgpt.generate({ model, count: 1 })))[0]!
      .samples;
    const { scores, model: resolved } = await microgpt.score({
      model,
      texts: [drawn!.text, 'anna', 'xyz'],
      logprobs: true,
    });
    expect(resolved).toBe(`${model}@1`);
    expect(scores[0]!.logprob).toBeCloseTo(drawn!.logprob, 9);
    expect(scores[1]!.tokenLogprobs).toHaveLength(5);
    expect(sum(scores[1]!.tokenLogprobs)).toBeCloseTo(scores[1]!.logprob, 9);
    expect(scores[1]!.novel).toBe(false);
    expect(scores[2]!.error).toContain('x');
  },

  async generateLike({ microgpt }) {
    const answers = await all(
      microgpt.generateLike({ documents, count: 10, seed: 1 }),
    );
    const [first] = answers;
    expect(first!.training).toMatchObject({
      documents: documents.length,
      vocabSize: alphabet.length + 1,
    });
    const texts = answers.flatMap(({ samples }) =>
      samples.map(({ text }) => text),
    );
    expect(texts).toHaveLength(answers.at(-1)!.summary!.count);
    expect(texts.length).toBeGreaterThan(0);
    expect(new Set([...texts, ...documents]).size).toBe(
      texts.length + documents.length,
    );
  },

  async evaluate({ microgpt, taught }) {
    const { model } = await taught();
    const found = await microgpt.evaluate({ model, samples: 50, seed: 3 });
    expect(found).toMatchObject({
      model: `${model}@1`,
      scored: Evaluation_Scored.TRAINING,
      characters: found.tokens - found.documents,
    });
    expect(found.losses!.uniform!.nats).toBeCloseTo(
      Math.log(alphabet.length + 1),
      12,
    );
    expect(found.samples!.count).toBe(50);
    expect(found.advice.length).toBeGreaterThan(0);
  },
};

const ofRegistry: Cases<typeof Registry> = {
  async listJobs({ registry, taught }) {
    const { job, model } = await taught();
    const ids: string[] = [];
    let pageToken = '';
    do {
      const page = await registry.listJobs({ pageSize: 1, pageToken });
      ids.push(...page.jobs.map(({ job }) => job));
      pageToken = page.nextPageToken;
    } while (pageToken);
    expect(ids).toContain(job);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    const { jobs } = await registry.listJobs({ model });
    expect(jobs.map(({ job }) => job)).toEqual([job]);
  },

  async listModels({ form, microgpt, registry, taught }) {
    const { model } = await taught();
    const { models } = await registry.listModels({ pageSize: 1000 });
    const names = models.map(({ name }) => name);
    expect(names).toContain(model);
    expect(names).toEqual([...names].sort());
    const two = `${form}-two`;
    for (const seed of [1, 2]) {
      const config = { steps: 2, seed };
      await microgpt.train({ model: two, documents, config, wait });
    }
    const versions = await registry.listModels({ model: two });
    expect(versions.models.map(({ version }) => version)).toEqual([2, 1]);
  },

  async getModel({ registry, taught }) {
    const job = await taught();
    const model = await registry.getModel({ model: `${job.model}@latest` });
    expect(model).toMatchObject({
      name: job.model,
      version: 1,
      job: job.job,
      config: job.config,
      vocabSize: job.vocabSize,
      numParameters: job.numParameters,
      loss: job.loss,
    });
    expect(model.sha256).toMatch(/^sha256:[0-9a-f]{64}$/);
    const missing = registry.getModel({ model: 'no-such-model' });
    expect(await codeOf(missing)).toBe(Code.NotFound);
  },

  async deleteModel({ form, microgpt, registry }) {
    const model = `${form}-deleted`;
    await microgpt.train({ model, documents, config: { steps: 2 }, wait });
    const answer = await registry.deleteModel({ model });
    expect(answer).toMatchObject({ versions: 1, cancelledJobs: 0 });
    expect(await codeOf(registry.getModel({ model }))).toBe(Code.NotFound);
  },

  async setAlias({ registry, taught }) {
    const { model } = await taught();
    const alias = `${model}@set`;
    const pointed = await registry.setAlias({ alias, expectedVersion: 0 });
    expect(pointed.aliases).toContain('set');
    const found = await registry.getModel({ model: alias });
    expect(found.version).toBe(1);
    // 0 is a value: only if it is new.
    const again = registry.setAlias({ alias, expectedVersion: 0 });
    expect(await codeOf(again)).toBe(Code.Aborted);
    await registry.deleteAlias({ alias });
  },

  async deleteAlias({ registry, taught }) {
    const { model } = await taught();
    const alias = `${model}@gone`;
    await registry.setAlias({ alias });
    const answer = await registry.deleteAlias({ alias, expectedVersion: 1 });
    expect(answer.version).toBe(1);
    expect(await codeOf(registry.deleteAlias({ alias }))).toBe(Code.NotFound);
  },

  async exportModel(api) {
    const json = JSON.parse((await exported(api, ModelFormat.JSON)).toString());
    expect(Object.keys(json)).toContain('microgpt_server');
    const file = await exported(api, ModelFormat.SAFETENSORS);
    const end = 8 + Number(file.readBigUInt64LE());
    const head = JSON.parse(file.subarray(8, end).toString());
    expect(head.wte.shape).toEqual([alphabet.length + 1, 16]);
    const ends = Object.entries<{ data_offsets?: number[] }>(head).map(
      ([, tensor]) => tensor.data_offsets?.[1] ?? 0,
    );
    expect(file.length).toBe(end + Math.max(...ends));
  },

  async importModel(api) {
    const { form, registry } = api;
    const source = await registry.getModel({ model: `${form}-taught` });
    for (const format of [ModelFormat.JSON, ModelFormat.SAFETENSORS]) {
      const first = { model: `${form}-copy`, dataset: '' };
      const file = await exported(api, format);
      const copy = await registry.importModel(withFirst(first, file));
      expect(copy.sha256).toBe(source.sha256);
      expect(copy.base).toBe(`${form}-taught@1`);
    }
  },

  async addDataset({ form, registry }) {
    const lines = Array.from({ length: 2000 }, (_, i) => `${form} line ${i}`);
    const bytes = Buffer.from(lines.join('\n'));
    const name = `${form}-lines`;
    const added = await registry.addDataset(withFirst({ name }, bytes));
    expect(added).toMatchObject({
      id: idOf(lines),
      documents: 2000,
      names: [name],
    });
    const other = withFirst({ name }, Buffer.from('another'));
    const taken = registry.addDataset(other);
    expect(await codeOf(taken)).toBe(Code.AlreadyExists);
  },

  async getDataset({ registry, taught }) {
    const id = (await taught()).dataset!.id;
    const found = await registry.getDataset({ dataset: id, full: true });
    expect(found).toMatchObject({
      id,
      documents: documents.length,
      alphabet,
      longest: 5,
      examples: documents.slice(0, 5),
      builtIn: false,
    });
    const names = await registry.getDataset({});
    expect(names).toMatchObject({ names: ['names'], builtIn: true });
  },

  async listDatasets({ registry, taught }) {
    const id = (await taught()).dataset!.id;
    const { datasets } = await registry.listDatasets({ pageSize: 1000 });
    expect(datasets.map(({ id }) => id)).toContain(id);
    const builtIn = datasets.filter(({ builtIn }) => builtIn);
    expect(builtIn.flatMap(({ names }) => names).sort()).toEqual([
      'cities-ja',
      'names',
    ]);
  },

  async deleteDataset({ form, registry }) {
    const name = `${form}-forgotten`;
    const bytes = Buffer.from(`${form} one\n${form} two\n`);
    await registry.addDataset(withFirst({ name }, bytes));
    const answer = await registry.deleteDataset({ dataset: name });
    expect(answer.forgotten).toBe(true);
    const gone = registry.getDataset({ dataset: name });
    expect(await codeOf(gone)).toBe(Code.NotFound);
  },

  async getLosses(api) {
    const losses = await lossesOf(api);
    expect(losses).toHaveLength(200);
    expect(mean(losses.slice(-100))).toBeCloseTo((await api.taught()).loss, 12);
    expect(await lossesOf(api, 151)).toEqual(losses.slice(150));
  },

  async getServerInfo({ registry, taught }) {
    await taught();
    const info = await registry.getServerInfo({});
    const version = await readFile(join(proto, '../../../VERSION'), 'utf8');
    expect(info.version).toBe(version.trim());
    expect(info.limits!.chunkBytes).toBe(1 << 20);
    expect(info.limits!.datasetBytes).toBe(256n << 20n);
    expect(`http://${info.httpAddress}`).toBe(inject('api'));
    const { models } = await registry.listModels({ pageSize: 1000 });
    expect(info.models).toBe(models.length);
  },
};

const ofInspector: Cases<typeof Inspector> = {
  async trace({ microgpt, inspector, taught }) {
    const { model } = await taught();
    const parts = [TraceRequest_Part.ATTENTION, TraceRequest_Part.LENS];
    const traced = await inspector.trace({
      model,
      text: 'emma',
      parts,
      top: 2,
    });
    expect(traced.positions.map(({ token }) => token!.text).join('')).toBe(
      'emma',
    );
    const { scores } = await microgpt.score({ model, texts: ['emma'] });
    expect(-sum(traced.positions.map(({ loss }) => loss))).toBeCloseTo(
      scores[0]!.logprob,
      4,
    );
    const weights = traced.layers[0]!.weights!;
    expect(weights.shape).toEqual([4, 5, 5]);
    expect(sum(weights.values)).toBeCloseTo(4 * 5, 4);
    for (const { candidates } of traced.positions) {
      expect(candidates).toHaveLength(2);
    }
    expect(traced.lens[0]!.stage).toBe('embedding');
  },

  async getMetrics(api) {
    const { job } = await api.taught();
    const losses = await lossesOf(api);
    const whole = await all(api.inspector.getMetrics({ job, follow: true }));
    expect(whole.flatMap(({ losses }) => losses)).toEqual(losses);
    expect(whole.filter(({ done }) => done)).toEqual(whole.slice(-1));
    const thin = await all(api.inspector.getMetrics({ job, every: 30 }));
    const steps = thin.flatMap(({ steps }) => steps);
    expect(steps).toEqual([30, 60, 90, 120, 150, 180, 200]);
    const first = thin.flatMap(({ losses }) => losses)[0]!;
    expect(first).toBeCloseTo(mean(losses.slice(0, 30)), 12);
  },

  async getTensor({ inspector, taught }) {
    const { model } = await taught();
    const found = await inspector.getTensor({ model, tensor: 'wte', bins: 4 });
    expect(found.shape).toEqual([alphabet.length + 1, 16]);
    expect(found.values!.shape).toEqual(found.shape);
    expect(mean(found.values!.values)).toBeCloseTo(found.mean, 6);
    expect(sum(found.histogram.map(Number))).toBe(16 * (alphabet.length + 1));
    expect(found.tokens.map(({ text }) => text).join('')).toBe(alphabet);
    const rows = await inspector.getTensor({
      model,
      tensor: 'wte',
      firstRow: 2,
      rows: 1,
    });
    expect(rows.values!.values).toEqual(found.values!.values.slice(32, 48));
  },

  async project({ inspector, taught }) {
    const { model } = await taught();
    const found = await inspector.project({ model, components: 3 });
    expect(found.points!.shape).toEqual([alphabet.length + 1, 3]);
    const [first, second, third] = found.variance;
    expect(first!).toBeGreaterThanOrEqual(second!);
    expect(second!).toBeGreaterThanOrEqual(third!);
    expect(sum(found.variance)).toBeLessThanOrEqual(1 + 1e-9);
    // Of what is centred the means are 0.
    const column = found.points!.values.filter((_, i) => i % 3 === 0);
    expect(mean(column)).toBeCloseTo(0, 5);
  },

  async nextTokens({ microgpt, inspector, taught }) {
    const { model } = await taught();
    const seed = 7;
    const { next, draw, textKnown } = await inspector.nextTokens({
      model,
      top: 0,
      seed,
      index: 0,
    });
    const chances = next!.candidates.map(({ probability }) => probability);
    expect(chances).toHaveLength(alphabet.length + 1);
    expect(sum(chances)).toBeCloseTo(1, 9);
    const [sample] = (
      await all(microgpt.generate({ model, count: 1, seed }))
    )[0]!.samples;
    expect(draw!.token!.text).toBe(sample!.text[0]);
    expect(textKnown).toBe(true);
    const m = next!.candidates.find(({ token }) => token!.text === 'm');
    expect(m!.documents).toBe(3);
  },
};

const cases: [service: DescService, Record<string, Case>][] = [
  [MicroGpt, ofMicroGpt],
  [Registry, ofRegistry],
  [Inspector, ofInspector],
];

it('has a case for every method of every service', async () => {
  const described = files.flatMap(({ services }) =>
    services.flatMap(({ typeName, methods }) =>
      methods.map(({ localName }) => `${typeName}/${localName}`),
    ),
  );
  const called = cases.flatMap(([{ typeName }, ofService]) =>
    Object.keys(ofService).map((name) => `${typeName}/${name}`),
  );
  expect(called.sort()).toEqual(described.sort());
  // And these are all the files that there are.
  const names = files.map(({ proto }) => proto.name.split('/').at(-1)!);
  expect(names.sort()).toEqual((await readdir(proto)).sort());
});

describe.each([
  ['JSON', 'json', false],
  ['binary', 'binary', true],
])('in %s', (_, form, useBinaryFormat) => {
  const api = apiIn(form, useBinaryFormat);
  for (const [service, ofService] of cases) {
    for (const [localName, check] of Object.entries(ofService)) {
      const { name } = service.method[localName]!;
      it(`calls ${service.typeName}/${name}`, async () => {
        await api.taught();
        api.called.clear();
        await check(api);
        expect(api.called).toContain(`${service.typeName}/${name}`);
      });
    }
  }

  it('keeps nothing of an upload that is given up', async () => {
    const name = `${form}-half`;
    const controller = new AbortController();
    async function* half() {
      yield { name, chunk: Buffer.from('half a text') };
      controller.abort();
      yield { chunk: Buffer.from('the rest of it') };
    }
    const { signal } = controller;
    const code = await codeOf(api.registry.addDataset(half(), { signal }));
    expect(code).toBe(Code.Canceled);
    const found = api.registry.getDataset({ dataset: name });
    expect(await codeOf(found)).toBe(Code.NotFound);
  });
});

it('is told of what HTTP does not serve', async () => {
  const health = await fetch(`${inject('api')}/healthz`);
  expect(health.status).toBe(200);
  // Health and reflection are gRPC's; /healthz is for who has HTTP.
  for (const path of [
    'grpc.health.v1.Health/Check',
    'grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  ]) {
    const answer = await fetch(`${inject('api')}/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(answer.status).toBe(404);
  }
});
