// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  createClient,
  createRouterTransport,
} from '@connectrpc/connect';
import { expect, it } from 'vitest';

import {
  GetMetricsResponseSchema,
  Inspector,
} from '../gen/microgpt/v1/inspector_pb';
import { Registry } from '../gen/microgpt/v1/registry_pb';
import { medianOf, timed, Timings } from './timings.svelte';

const message = create(GetMetricsResponseSchema, { steps: [1] });

// Clients of a server that has one model, "names", and loses a stream of "cut"
// after its first message.
function clients() {
  const timings = new Timings();
  const transport = createRouterTransport(
    ({ service }) => {
      service(Registry, {
        getModel: ({ model }) => {
          if (model === 'names') return { name: model };
          throw new ConnectError('no such model', Code.NotFound);
        },
      });
      service(Inspector, {
        async *getMetrics({ job }) {
          yield message;
          if (job === 'cut') throw new ConnectError('cut', Code.Unavailable);
          yield message;
        },
      });
    },
    { transport: { interceptors: [timed(timings)] } },
  );
  return {
    timings,
    registry: createClient(Registry, transport),
    inspector: createClient(Inspector, transport),
  };
}

async function drain(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of stream) ++count;
  return count;
}

it('counts the calls of each method, and those that failed', async () => {
  const { timings, registry, inspector } = clients();
  await registry.getModel({ model: 'names' });
  await registry.getModel({ model: 'names' });
  await registry.getModel({ model: 'nmaes' }).catch(() => {});
  expect(await drain(inspector.getMetrics({ job: 'whole' }))).toBe(2);
  await drain(inspector.getMetrics({ job: 'cut' })).catch(() => {});
  expect(
    timings.all.map(({ method, calls, failed, recentMs }) => [
      method,
      calls,
      failed,
      recentMs.length,
    ]),
  ).toEqual([
    ['GetMetrics', 2, 1, 2],
    ['GetModel', 3, 1, 2],
  ]);
});

it('leaves out what the page gave up', async () => {
  const { timings, registry } = clients();
  const signal = AbortSignal.abort();
  await registry.getModel({ model: 'names' }, { signal }).catch(() => {});
  expect(timings.all).toEqual([]);
});

it('keeps the times of the last hundred', () => {
  const timings = new Timings();
  for (let ms = 1; ms <= 250; ++ms) timings.answered('Score', ms);
  const [score] = timings.all;
  expect(score!.calls).toBe(250);
  expect(score!.recentMs.length).toBe(100);
  expect(medianOf(score!.recentMs)).toBe(200.5);
});

it('has no median of nothing, and the middle of an odd number', () => {
  expect(medianOf([])).toBeUndefined();
  expect(medianOf([5, 1, 9])).toBe(5);
});
