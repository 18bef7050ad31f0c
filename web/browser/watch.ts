// SPDX-License-Identifier: MIT
//
// A page that watches a run for as long as it takes: what that costs the browser,
// and whether a connection that breaks loses a point. Started by soak.mjs.
import { readFile } from 'node:fs/promises';

import type { Client } from '@connectrpc/connect';
import {
  type Browser,
  type CDPSession,
  chromium,
  type Page,
} from 'playwright-core';

import type { Inspector } from '../src/gen/microgpt/v1/inspector_pb';
import type { Job } from '../src/gen/microgpt/v1/microgpt_pb';
import { everyFor } from '../src/state/metrics.svelte';
import { clientsOf } from './clients';
import { type Front, startFront } from './front';
import { type Task, TaskTrace } from './task-trace';

export interface Soak {
  api: string;
  job: string;
  dist?: string | undefined;
  chromium: string;
  rows: number;
  cuts: number;
  boundMib: number;
}

type Span = readonly [from: number, to: number];

const sameSpan = ([a, b]: Span, [c, d]: Span) => a < d && c < b;

// A column of numbers by step.
type Column = ReadonlyMap<number, number>;

class Watcher {
  readonly #collections: Span[] = []; // when the garbage was collected
  readonly #browser: Browser;
  readonly #cdp: CDPSession;
  readonly #trace: TaskTrace;
  readonly page: Page;

  private constructor(
    browser: Browser,
    cdp: CDPSession,
    trace: TaskTrace,
    page: Page,
  ) {
    [this.#browser, this.#cdp] = [browser, cdp];
    [this.#trace, this.page] = [trace, page];
  }

  static async start(program: string, origin: string): Promise<Watcher> {
    const browser = await chromium.launch({
      executablePath: program,
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
    });
    const context = await browser.newContext({
      baseURL: origin,
      viewport: { width: 1280, height: 900 },
      locale: 'en',
    });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    await cdp.send('Performance.enable');
    const trace = await TaskTrace.start(browser, page);
    return new Watcher(browser, cdp, trace, page);
  }

  stop(): Promise<void> {
    return this.#browser.close();
  }

  now(): Promise<number> {
    return this.page.evaluate(() => performance.now());
  }

  // What JavaScript holds once nothing is left to be thrown away.
  async memory(): Promise<{ heap_mib: number; nodes: number }> {
    const from = await this.now();
    await this.#cdp.send('HeapProfiler.collectGarbage');
    this.#collections.push([from, await this.now()]);
    const { metrics } = await this.#cdp.send('Performance.getMetrics');
    const value = (wanted: string) =>
      metrics.find(({ name }) => name === wanted)!.value;
    return {
      heap_mib: round(value('JSHeapUsedSize') / (1 << 20), 2),
      nodes: value('Nodes'),
    };
  }

  // Of the process that has the page, canvases and all.
  async residentMib(): Promise<number> {
    const session = await this.#browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    const sizes = processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => {
        const status = await readFile(`/proc/${id}/status`, 'utf8');
        return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
      });
    return round(Math.max(...(await Promise.all(sizes))), 1);
  }

  // All tasks of the page, without those that collected garbage because we said
  // so. To be called once, at the end.
  async tasks(): Promise<Task[]> {
    const all = await this.#trace.stop();
    return all.filter(
      ({ begin, end }) =>
        !this.#collections.some((span) => sameSpan([begin, end], span)),
    );
  }

  // The columns of a chart, as its CSV file has them.
  async columns(title: string): Promise<Map<string, Column>> {
    const name = `Save “${title}” as CSV`;
    const button = this.page.getByRole('button', { name, exact: true });
    const download = this.page.waitForEvent('download');
    await button.click();
    const text = await readFile(await (await download).path(), 'utf8');
    const [heads, ...rows] = text
      .trimEnd()
      .split('\r\n')
      .map((line) => line.split(','));
    const columns = heads!.slice(1).map((head, index): [string, Column] => {
      const cells = rows.filter((row) => row[index + 1] !== '');
      const pairs = cells.map((row): [number, number] => [
        Number(row[0]),
        Number(row[index + 1]),
      ]);
      const column = new Map(pairs);
      if (column.size < pairs.length) throw new Error(`${head}: a step twice`);
      return [head, column];
    });
    return new Map(columns);
  }

  // Each point of the curve of losses.
  async points(): Promise<Column> {
    return (await this.columns('Loss')).values().next().value!;
  }

  async waitForPoint(step: number): Promise<void> {
    while (Math.max(0, ...(await this.points()).keys()) < step) {
      await this.page.waitForTimeout(500);
    }
  }
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));

// How many tasks took more than 50 ms, and the longest, by the clock and by the
// processor's time.
function longest(tasks: readonly Task[]) {
  const figures = (times: readonly number[]) => ({
    long_tasks: times.filter((ms) => ms > 50).length,
    longest_ms: round(
      times.reduce((most, ms) => Math.max(most, ms), 0),
      1,
    ),
  });
  return {
    clock: figures(tasks.map(({ begin, end }) => end - begin)),
    cpu: figures(tasks.map(({ cpu }) => cpu)),
  };
}

// Why two columns differ; nothing: they don't.
function difference(
  name: string,
  held: Column,
  steps: readonly number[],
  values: readonly number[],
): string | undefined {
  const missing = steps.filter((step) => !held.has(step));
  if (missing.length > 0) {
    return `${name}: ${missing.length} points are lost, the first at ${missing[0]}`;
  }
  if (held.size > steps.length) return `${name}: points that nobody asked for`;
  const other = steps.find((step, index) => held.get(step) !== values[index]);
  return other === undefined ? undefined : `${name}: another value at ${other}`;
}

// What the page holds beside what the server says.
async function compare(
  watcher: Watcher,
  inspector: Client<typeof Inspector>,
  { job, steps: all }: Job,
): Promise<{ points: number; norms: number; problem: string | undefined }> {
  const [steps, losses, rates, normSteps]: number[][] = [[], [], [], []];
  const norms = new Map<string, number[]>();
  for await (const answer of inspector.getMetrics({
    job,
    every: everyFor(all),
  })) {
    steps!.push(...answer.steps);
    losses!.push(...answer.losses);
    rates!.push(...answer.learningRates);
    normSteps!.push(...answer.normSteps);
    for (const { tensor, gradient } of answer.norms) {
      norms.set(tensor, [...(norms.get(tensor) ?? []), ...gradient]);
    }
  }
  const points = await watcher.points();
  const [rate] = (await watcher.columns('Learning rate')).values();
  const tensors = await watcher.columns('Norms of each tensor');
  const problems = [
    difference('loss', points, steps!, losses!),
    difference('learning rate', rate!, steps!, rates!),
    ...[...norms].map(([tensor, values]) =>
      difference(tensor, tensors.get(tensor)!, normSteps!, values),
    ),
  ];
  return {
    points: points.size,
    norms: [...tensors.values()].reduce((sum, { size }) => sum + size, 0),
    problem: problems.find((problem) => problem !== undefined),
  };
}

// Breaks the connection until some points are missing, and waits until the page
// has them.
async function cut(
  watcher: Watcher,
  front: Front,
  status: (afterStep: number) => Promise<Job>,
  job: Job,
): Promise<void> {
  const lost = watcher.page.locator('p.lost');
  front.cut();
  await lost.waitFor();
  const { step } = await status(job.step + 4 * everyFor(job.steps));
  front.mend();
  await lost.waitFor({ state: 'detached' });
  await watcher.waitForPoint(step - (step % everyFor(job.steps)));
}

export async function watch(soak: Soak): Promise<string | undefined> {
  const { microgpt, inspector } = clientsOf(soak.api);
  // The job as soon as it has done so many steps.
  async function status(afterStep: number): Promise<Job> {
    const minInterval = { nanos: 500_000_000 };
    const request = { job: soak.job, minInterval };
    for await (const job of microgpt.watchStatus(request)) {
      if (job.step >= afterStep || job.done) return job;
    }
    throw new Error('the server ended the stream');
  }

  const front = await startFront(soak.api, soak.dist);
  const watcher = await Watcher.start(soak.chromium, front.origin);
  try {
    const { page } = watcher;
    await page.goto(`/runs/${soak.job}`);
    await page.locator('main canvas').first().waitFor();
    await page.waitForTimeout(2000);
    const loaded = await watcher.now();
    const begin = performance.now();
    let measure: number | undefined;
    let problem: string | undefined;
    let cuts = 0;
    const { steps } = await status(0);
    for (let row = 1; row <= soak.rows; ++row) {
      const job = await status((steps * row) / soak.rows);
      const cutsDue = Math.floor((row * (soak.cuts + 1)) / soak.rows);
      if (cuts < Math.min(cutsDue, soak.cuts) && !job.done) {
        await cut(watcher, front, status, job);
        ++cuts;
      }
      const points = (await watcher.points()).size;
      const memory = await watcher.memory();
      console.log(
        JSON.stringify({
          soak: 'watch',
          seconds: round((performance.now() - begin) / 1000, 1),
          step: job.step,
          cuts,
          points,
          ...memory,
          resident_mib: await watcher.residentMib(),
        }),
      );
      if (row >= soak.rows / 10) measure ??= memory.heap_mib;
      if (measure !== undefined && memory.heap_mib > measure + soak.boundMib) {
        problem ??= `${memory.heap_mib} MiB are more than ${measure} MiB and the bound of ${soak.boundMib}`;
      }
      if (job.done) break;
    }
    await page.locator('[data-state="SUCCEEDED"]').waitFor();
    const job = await status(steps);
    const compared = await compare(watcher, inspector, job);
    const tasks = await watcher.tasks();
    console.log(
      JSON.stringify({
        soak: 'watch',
        steps,
        cuts,
        points: compared.points,
        norms: compared.norms,
        same: compared.problem === undefined,
        loading: longest(tasks.filter(({ begin }) => begin < loaded)),
        watching: longest(tasks.filter(({ begin }) => begin >= loaded)),
      }),
    );
    return compared.problem ?? problem;
  } finally {
    await watcher.stop();
    await front.stop();
  }
}
