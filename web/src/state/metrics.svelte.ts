// SPDX-License-Identifier: MIT
import { inspector } from '../api/clients';
import type { GetMetricsResponse } from '../gen/microgpt/v1/inspector_pb';
import { keepUp } from './keep-up';

// The L2 norms of one tensor at Metrics.normSteps.
export interface Norms {
  gradient: number[];
  parameter: number[];
  update: number[];
}

// A page keeps about so many points, however long the training is.
const mostPoints = 4000;

// One point for so many steps.
export function everyFor(steps: number): number {
  return Math.max(1, Math.ceil(steps / mostPoints));
}

// The figures of a training, as far as they have come. Plain arrays, which only
// grow; `revision` is reactive, and changes with them.
export class Metrics {
  readonly steps: number[] = [];
  readonly losses: number[] = [];
  readonly learningRates: number[] = [];
  readonly validationSteps: number[] = [];
  readonly validationLosses: number[] = [];
  readonly normSteps: number[] = [];
  readonly norms = new Map<string, Norms>();
  checkpoints: readonly number[] = [];
  revision = $state(0);

  // Where to go on from after the stream was lost.
  get nextStep(): number {
    return (this.steps.at(-1) ?? 0) + 1;
  }

  // Adds what came. Figures of steps that are there already are the same ones
  // again, as after a lost stream, and left out.
  add(answer: GetMetricsResponse): void {
    const losses = after(this.steps, answer.steps);
    for (const i of losses) {
      this.steps.push(answer.steps[i]!);
      this.losses.push(answer.losses[i]!);
      this.learningRates.push(answer.learningRates[i]!);
    }
    for (const i of after(this.validationSteps, answer.validationSteps)) {
      this.validationSteps.push(answer.validationSteps[i]!);
      this.validationLosses.push(answer.validationLosses[i]!);
    }
    this.#addNorms(answer);
    if (answer.checkpoints.length > 0) this.checkpoints = answer.checkpoints;
    ++this.revision;
  }

  #addNorms(answer: GetMetricsResponse): void {
    const fresh = after(this.normSteps, answer.normSteps);
    for (const { tensor, gradient, parameter, update } of answer.norms) {
      let norms = this.norms.get(tensor);
      if (!norms) {
        this.norms.set(
          tensor,
          (norms = { gradient: [], parameter: [], update: [] }),
        );
      }
      for (const i of fresh) {
        norms.gradient.push(gradient[i]!);
        norms.parameter.push(parameter[i]!);
        norms.update.push(update[i]!);
      }
    }
    for (const i of fresh) this.normSteps.push(answer.normSteps[i]!);
  }
}

// The indices of the steps that come after those that are known.
function after(known: readonly number[], steps: readonly number[]): number[] {
  const last = known.at(-1) ?? 0;
  return steps.flatMap((step, index) => (step > last ? [index] : []));
}

export type Stream = (
  fromStep: number,
  signal: AbortSignal,
) => AsyncIterable<GetMetricsResponse>;

// Least time between two changes of a page's figures. Charts of thousands of
// points cost tens of milliseconds, and nobody reads faster.
const paceMs = 250;

// Hands what comes on to `metrics`, the first at once, later ones together.
class Pacer {
  readonly #metrics: Metrics;
  #waiting: GetMetricsResponse[] = [];
  #last = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  take(answer: GetMetricsResponse): void {
    this.#waiting.push(answer);
    const pause = this.#last + paceMs - performance.now();
    if (pause <= 0) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), pause);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    this.#last = performance.now();
    for (const answer of this.#waiting.splice(0)) this.#metrics.add(answer);
  }
}

// Fills `metrics` from a stream until the training ends, also where the stream
// is lost in between: it goes on from the first step that is missing.
export async function fill(
  metrics: Metrics,
  stream: Stream,
  signal: AbortSignal,
  lost: (yes: boolean) => void = () => {},
  firstPauseMs = 1000,
): Promise<void> {
  const pacer = new Pacer(metrics);
  try {
    await keepUp({
      open: (signal) => {
        pacer.flush();
        return stream(metrics.nextStep, signal);
      },
      take: (answer) => {
        pacer.take(answer);
        return answer.done;
      },
      signal,
      lost,
      firstPauseMs,
    });
  } finally {
    pacer.flush();
  }
}

// The stream of a job's figures, until it ends.
export function metricsOf(job: string, every: number, follow: boolean): Stream {
  return (fromStep, signal) =>
    inspector.getMetrics({ job, every, fromStep, follow }, { signal });
}
