// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const calls = vi.hoisted(() => ({ getStatus: vi.fn(), getMetrics: vi.fn() }));
vi.mock('../../api/clients', () => ({ microgpt: calls, inspector: calls }));

import { GetMetricsResponseSchema } from '../../gen/microgpt/v1/inspector_pb';
import { FollowedRun } from './followed.svelte';

const { signal } = new AbortController();

beforeEach(() => {
  vi.resetAllMocks();
  calls.getMetrics.mockImplementation(async function* () {
    yield create(GetMetricsResponseSchema, { done: true });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('goes on with a run when the server is back', async () => {
  calls.getStatus
    .mockResolvedValueOnce({ steps: 2, done: false })
    .mockRejectedValueOnce(new ConnectError('away', Code.Unavailable))
    .mockResolvedValueOnce({ steps: 2, done: true });
  const run = new FollowedRun('some');
  await run.follow(signal, 0);
  expect(calls.getStatus).toHaveBeenCalledTimes(3);
  expect(run.job?.done).toBe(true);
});

it('asks nothing while the page is out of sight', async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  vi.stubGlobal('document', page);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  calls.getStatus
    .mockResolvedValueOnce({ steps: 2, done: false })
    .mockResolvedValueOnce({ steps: 2, done: true });
  const run = new FollowedRun('some');
  const followed = run.follow(signal);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(calls.getStatus).toHaveBeenCalledTimes(1);
  expect(calls.getMetrics).not.toHaveBeenCalled();
  page.visibilityState = 'visible';
  page.dispatchEvent(new Event('visibilitychange'));
  await vi.advanceTimersByTimeAsync(2000);
  await followed;
  expect(calls.getStatus).toHaveBeenCalledTimes(2);
});

it('gives up a run that is not there', async () => {
  const gone = new ConnectError('no such job', Code.NotFound);
  calls.getStatus.mockRejectedValue(gone);
  await expect(new FollowedRun('none').follow(signal, 0)).rejects.toBe(gone);
  expect(calls.getStatus).toHaveBeenCalledTimes(1);
});
