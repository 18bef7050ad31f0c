// SPDX-License-Identifier: MIT
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it, vi } from 'vitest';

import { GetMetricsResponseSchema } from '../gen/microgpt/v1/inspector_pb';
import { everyFor, fill, Metrics, type Stream } from './metrics.svelte';

type Answer = MessageInitShape<typeof GetMetricsResponseSchema>;

// The answer for steps from..to, of a training whose step n has loss 1/n.
function answer(from: number, to: number, more: Answer = {}) {
  const steps = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return create(GetMetricsResponseSchema, {
    steps,
    losses: steps.map((step) => 1 / step),
    learningRates: steps.map((step) => step / 100),
    normSteps: steps,
    norms: [
      { tensor: 'wte', gradient: steps, parameter: steps, update: steps },
    ],
    ...more,
  });
}

const never = new AbortController().signal;

describe('Metrics', () => {
  it('leaves out what it has already', () => {
    const metrics = new Metrics();
    metrics.add(answer(1, 5));
    metrics.add(answer(4, 7));
    expect(metrics.steps).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(metrics.normSteps).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(metrics.norms.get('wte')!.gradient).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(metrics.nextStep).toBe(8);
  });

  it('keeps the checkpoints until others come', () => {
    const metrics = new Metrics();
    metrics.add(answer(1, 2, { checkpoints: [0, 1, 2] }));
    metrics.add(answer(3, 4));
    expect(metrics.checkpoints).toEqual([0, 1, 2]);
    metrics.add(answer(5, 6, { checkpoints: [0, 4] }));
    expect(metrics.checkpoints).toEqual([0, 4]);
  });
});

describe('fill', () => {
  it('goes on where a lost stream ended, and loses no point', async () => {
    const asked: number[] = [];
    const told: boolean[] = [];
    const stream: Stream = async function* (fromStep) {
      asked.push(fromStep);
      if (asked.length === 1) {
        yield answer(1, 4);
        throw new ConnectError('gone', Code.Unavailable);
      }
      if (asked.length === 2) {
        yield answer(5, 6);
        return; // cut without a word
      }
      yield answer(7, 9, { done: true });
    };
    const metrics = new Metrics();
    await fill(metrics, stream, never, (lost) => told.push(lost), 0);
    expect(asked).toEqual([1, 5, 7]);
    expect(metrics.steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(told).toEqual([false, true, false, true, false]);
  });

  it('shows what comes quickly together, all of it at the end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const metrics = new Metrics();
    const shown: number[][] = [];
    const note = () => shown.push([...metrics.steps]);
    const stream: Stream = async function* () {
      for (const step of [1, 2, 3]) {
        yield answer(step, step);
        note();
      }
      await vi.advanceTimersByTimeAsync(250);
      note();
      yield answer(4, 4, { done: true });
    };
    await fill(metrics, stream, never);
    vi.useRealTimers();
    expect(shown).toEqual([[1], [1], [1], [1, 2, 3]]);
    expect(metrics.steps).toEqual([1, 2, 3, 4]);
  });

  it('throws what asking again cannot mend', async () => {
    const stream: Stream = async function* () {
      yield answer(1, 1);
      throw new ConnectError('no such job', Code.NotFound);
    };
    await expect(
      fill(new Metrics(), stream, never, undefined, 0),
    ).rejects.toThrow('no such job');
  });

  it('ends quietly when the reader leaves', async () => {
    const controller = new AbortController();
    const stream: Stream = async function* () {
      yield answer(1, 2);
      controller.abort();
      throw new ConnectError('aborted', Code.Canceled);
    };
    const metrics = new Metrics();
    await fill(metrics, stream, controller.signal, undefined, 0);
    expect(metrics.steps).toEqual([1, 2]);
  });
});

describe('everyFor', () => {
  it('keeps the points of a page to some thousands', () => {
    for (const steps of [1, 1000, 4000, 4001, 1_000_000]) {
      const points = Math.ceil(steps / everyFor(steps));
      expect(points).toBeLessThanOrEqual(4000);
      expect(points).toBeGreaterThanOrEqual(Math.min(steps, 2000));
    }
  });
});
