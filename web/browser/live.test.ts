// SPDX-License-Identifier: MIT
//
// Pages that are open while something happens to what they show.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { clientsOf } from './clients';
import {
  csv,
  forgiveNoAnswer,
  expectRefusal,
  inspector,
  microgpt,
  numberIn,
  open,
  registry,
  useBrowser,
} from './dashboard';
import { type Front, startFront } from './front';
import { type Server, startServer } from './server';

useBrowser();

const endless = { steps: 1_000_000, nEmbd: 64 };
const patient = { timeout: 20_000 };

async function begun(model: string, config = endless): Promise<string> {
  return (await microgpt.train({ model, dataset: 'names', config })).job;
}

const slider = (page: Page) => page.getByRole('slider', { name: 'Checkpoint' });

// How many checkpoints the slider goes over, behind the first.
async function reach(page: Page): Promise<number> {
  return Number(await slider(page).getAttribute('max'));
}

async function shownStep(page: Page): Promise<number> {
  return numberIn(await slider(page).getAttribute('aria-valuetext'));
}

const lossOf = async (page: Page) =>
  numberIn(await page.getByTestId('loss').textContent());

it('looks inside a run at its newest checkpoint while it trains', async () => {
  // Checkpoints stay at every 32nd of the steps: not too many of them.
  const job = await begun('growing', { steps: 400_000, nEmbd: 32 });
  const page = await open(`/runs/${job}/inside?text=emma`);
  await page.getByTestId('loss').waitFor();
  await expect.poll(() => reach(page), patient).toBeGreaterThan(2);
  const [most, step, loss] = [
    await reach(page),
    await shownStep(page),
    await lossOf(page),
  ];
  await expect.poll(() => reach(page), patient).toBeGreaterThan(most);
  await expect.poll(() => shownStep(page), patient).toBeGreaterThan(step);
  await expect.poll(() => lossOf(page), patient).not.toBe(loss);
  expect(new URL(page.url()).searchParams.get('step')).toBeNull();

  // Who chooses a step keeps it, while the slider goes on growing.
  await slider(page).focus();
  await page.keyboard.press('Home');
  await page.waitForURL(/step=0/);
  const first = await inspector.trace({ job, step: 0, text: 'emma' });
  await expect.poll(() => lossOf(page)).toBeCloseTo(first.loss, 4);
  const then = await reach(page);
  await expect.poll(() => reach(page), patient).not.toBe(then);
  expect(await shownStep(page)).toBe(0);

  await microgpt.cancelTraining({ job });
  await microgpt.getStatus({ job, wait: { seconds: 20n } });
  const last = await inspector.trace({ job, text: 'emma' });
  await page.keyboard.press('End');
  await expect.poll(() => shownStep(page), patient).toBe(last.step);
  await expect.poll(() => lossOf(page)).toBeCloseTo(last.loss, 4);
});

// What a browser does with a tab that goes behind another one, or comes back.
async function turn(page: Page, visibilityState: 'hidden' | 'visible') {
  await page.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', {
      configurable: true,
      value: state,
    });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visibilityState);
}

it('follows no run out of sight, and has missed no point afterwards', async () => {
  const steps = 400_000;
  const job = await begun('unseen', { steps, nEmbd: 32 });
  const page = await open(`/runs/${job}`);
  const losses = async () => {
    const rows = (await csv(page, 'Loss')).slice(1);
    const found = rows.filter((row) => row[1] !== '');
    return found.map(([step, loss]) => [Number(step), Number(loss)]);
  };
  await expect.poll(async () => (await losses()).length).toBeGreaterThan(0);
  const streams = /\/(WatchStatus|GetMetrics)$/;
  const ended = ['WatchStatus', 'GetMetrics'].map((method) =>
    page.waitForEvent('requestfailed', (call) => call.url().endsWith(method)),
  );
  await turn(page, 'hidden');
  await Promise.all(ended);
  let opened = 0;
  page.on('request', (call) => {
    if (streams.test(call.url())) ++opened;
  });
  const wait = { seconds: 60n };
  expect((await microgpt.getStatus({ job, wait })).done).toBe(true);
  expect(opened).toBe(0);
  await turn(page, 'visible');
  const expected: number[][] = [];
  const every = steps / 4000; // as many points as a page keeps
  for await (const answer of inspector.getMetrics({ job, every })) {
    for (const [i, step] of answer.steps.entries()) {
      expected.push([step, answer.losses[i]!]);
    }
  }
  await expect.poll(losses, patient).toEqual(expected);
  expect(opened).toBe(2);
});

it('maps the embeddings of a run’s newest checkpoint', async () => {
  const job = await begun('mapped', { steps: 400_000, nEmbd: 32 });
  const page = await open(`/runs/${job}/weights`);
  const map = page.getByRole('region', { name: 'Map of wte' });
  await map.waitFor();
  const first = await shownStep(page);
  await expect.poll(() => shownStep(page), patient).toBeGreaterThan(first);
  await microgpt.cancelTraining({ job });
  await microgpt.getStatus({ job, wait: { seconds: 20n } });
  const components = 8;
  const { points, step } = await inspector.project({ job, components });
  await expect.poll(() => shownStep(page), patient).toBe(step);
  // Signs agree with the picture before.
  const sizes = (values: number[]) => values.map(Math.abs);
  await expect
    .poll(async () => {
      const rows = (await csv(page, 'Map of wte')).slice(1);
      return sizes(rows.map((row) => Number(row[2])));
    }, patient)
    .toEqual(sizes(points!.values.filter((_, at) => at % components === 0)));
});

it('maps the embeddings as they move while a run trains', async () => {
  const job = await begun('moving', { steps: 400_000, nEmbd: 32 });
  // Newest checkpoints make room for newer ones: the page's own answers are
  // kept, to be compared with what it shows.
  const components = 8;
  const sizes = (values: number[]) => values.map(Math.abs).join(' ');
  const answers = new Map<string, number>();
  const page = await open('/');
  page.on('response', async (response) => {
    if (!response.url().endsWith('/Project')) return;
    const answer = await response.json().catch(() => undefined);
    const points: number[] = answer?.points?.values ?? [];
    const first = points.filter((_, at) => at % components < 2);
    answers.set(sizes(first), answer?.step ?? 0);
  });
  await page.goto(`/runs/${job}/weights`);
  // The step whose answer the map shows.
  const pictured = async () => {
    const rows = (await csv(page, 'Map of wte')).slice(1);
    const shown = rows.flatMap((row) => [Number(row[2]), Number(row[3])]);
    return answers.get(sizes(shown)) ?? -1;
  };
  let last = -1;
  for (let pictures = 0; pictures < 3; ++pictures) {
    let step = -1;
    await expect
      .poll(async () => (step = await pictured()), patient)
      .toBeGreaterThan(last);
    last = step;
  }
  expect((await microgpt.getStatus({ job })).done).toBe(false);
  page.removeAllListeners('response');
});

it('keeps the last twenty samples of a run that goes on', async () => {
  const job = await begun('chatty');
  const page = await open(`/runs/${job}`);
  const batches = page.locator('ul.samples');
  await expect.poll(() => batches.count(), { timeout: 30_000 }).toBe(4);
  expect(await batches.locator('li').count()).toBe(20);
  const steps = await page
    .getByRole('heading', { name: /^At step/ })
    .allTextContents();
  const numbers = steps.map(numberIn);
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
});

it('trains what was stopped again with the same settings', async () => {
  const job = await begun('again');
  const page = await open(`/runs/${job}`);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.locator('[data-state="CANCELLED"]').waitFor();
  await page.getByRole('link', { name: 'Train again' }).click();
  await page.getByText(`Settings and data of run ${job}`).waitFor();
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.waitForURL(/\/runs\/(?!.*from)/);
  await expect.poll(() => page.url()).not.toContain(job);
  const next = new URL(page.url()).pathname.split('/').at(-1)!;
  const [before, now] = await Promise.all(
    [job, next].map((job) => microgpt.getStatus({ job })),
  );
  expect(now!.config).toEqual(before!.config);
  expect(now!.dataset!.id).toBe(before!.dataset!.id);
});

it('says that a model was deleted while its page was open', async () => {
  const documents = ['emma', 'mia', 'lea'];
  const wait = { seconds: 20n };
  await microgpt.train({ model: 'fleeting', documents, wait });
  const page = await open('/models/fleeting/inside?text=emma');
  await page.getByTestId('loss').waitFor();
  await registry.deleteModel({ model: 'fleeting' });
  await page.getByLabel('Text', { exact: true }).fill('mia');
  const said = await inspector
    .trace({ model: 'fleeting', text: 'mia' })
    .catch((error) => error.rawMessage as string);
  await page
    .getByRole('alert')
    .getByText(said as string)
    .waitFor();
  await page.getByText('Below is the last text').waitFor();
  expectRefusal(404);
});

// A server of its own, which keeps what it has, and is stopped and started.
let directory: string;
let server: Server;
let front: Front | undefined;
let pages: string;

const program = process.env['DASHBOARD_SERVER']!;

async function restart(): Promise<void> {
  const http = new URL(server.http).host;
  server = await startServer(program, { http, dataDir: directory });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dashboard-'));
  server = await startServer(program, { dataDir: directory });
  const dist = process.env['DASHBOARD_DIST'];
  front = dist ? await startFront(server.http, dist) : undefined;
  pages = front?.origin ?? server.http;
});

afterAll(async () => {
  await front?.stop();
  await server.stop();
  await rm(directory, { recursive: true });
});

const own = () => clientsOf(server.http);

it('comes back by itself when the server does', async () => {
  const page = await open('/models/names/inside?text=emma', { baseURL: pages });
  await page.getByTestId('loss').waitFor();
  await server.stop();
  await page.getByLabel('Text', { exact: true }).fill('mia');
  const alert = page.getByRole('alert');
  await alert.getByText('The server does not answer.').first().waitFor();
  await restart();
  await expect.poll(() => alert.count(), patient).toBe(0);
  const { loss } = await own().inspector.trace({ model: 'names', text: 'mia' });
  await expect.poll(() => lossOf(page)).toBeCloseTo(loss, 4);
  forgiveNoAnswer();
});

it('follows a run through a restart of the server', async () => {
  const { job } = await own().microgpt.train({
    model: 'restarted',
    dataset: 'names',
    config: endless,
  });
  const run = await open(`/runs/${job}`, { baseURL: pages });
  const inside = await open(`/runs/${job}/inside?text=emma`, {
    baseURL: pages,
  });
  const at = run.getByText(/of 1,000,000 steps/);
  await expect
    .poll(async () => numberIn(await at.textContent()), patient)
    .toBeGreaterThan(0);
  await inside.getByTestId('loss').waitFor();
  await server.stop();
  const lost = /^The connection was lost/;
  await run.getByText(lost).waitFor();
  await inside.getByText(lost).waitFor();
  await restart();
  await run.getByText('Attempt 2').waitFor(patient);
  await expect.poll(() => run.getByText(lost).count(), patient).toBe(0);
  await expect.poll(() => inside.getByText(lost).count(), patient).toBe(0);
  const step = await shownStep(inside);
  await expect.poll(() => shownStep(inside), patient).not.toBe(step);
  await own().microgpt.cancelTraining({ job });
  await run.locator('[data-state="CANCELLED"]').waitFor();
  forgiveNoAnswer();
});
