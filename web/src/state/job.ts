// SPDX-License-Identifier: MIT
import { microgpt } from '../api/clients';
import { type Job, Job_State } from '../gen/microgpt/v1/microgpt_pb';
import { keepUp } from './keep-up';

// Whether a job can still be stopped.
export function isOpen(job: Job): boolean {
  return job.state === Job_State.QUEUED || job.state === Job_State.RUNNING;
}

// "names@3" of a job that made it; undefined: it made none.
export function modelOf(job: Job): string | undefined {
  return job.version > 0 ? `${job.model}@${job.version}` : undefined;
}

// Hands over a job's snapshots, with its samples, until it ends.
export function watch(
  job: string,
  show: (job: Job) => void,
  signal: AbortSignal,
  lost: (yes: boolean) => void,
): Promise<void> {
  const minInterval = { seconds: 0n, nanos: 250_000_000 };
  const request = { job, minInterval, full: true };
  return keepUp({
    open: (signal) => microgpt.watchStatus(request, { signal }),
    take: (snapshot) => {
      show(snapshot);
      return snapshot.done;
    },
    signal,
    lost,
  });
}
