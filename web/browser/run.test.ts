// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import type { Job } from '../src/gen/microgpt/v1/microgpt_pb';
import {
  contentOf,
  csv,
  inspector,
  microgpt,
  numberIn,
  open,
  useBrowser,
} from './dashboard';

useBrowser();

async function trained(model: string, config = {}): Promise<Job> {
  const wait = { seconds: 60n };
  return microgpt.train({ model, dataset: 'names', config, wait });
}

it('shows the loss of every step, as the API has it', async () => {
  const job = await trained('curve', { steps: 300, validation: 0.1 });
  const page = await open(`/runs/${job.job}`);
  await page.getByText('300 of 300 steps').waitFor();
  await page.locator('main canvas').first().waitFor();

  const steps: number[] = [];
  const losses: number[] = [];
  for await (const answer of inspector.getMetrics({ job: job.job })) {
    steps.push(...answer.steps);
    losses.push(...answer.losses);
  }
  // The curve comes by another call than what is said of the run.
  let rows: string[][] = [];
  await expect
    .poll(async () => {
      rows = (await csv(page, 'Loss')).slice(1);
      return rows.length;
    })
    .toBe(steps.length);
  const raw = rows.filter((row) => row[1] !== '');
  expect(raw.map((row) => Number(row[0]))).toEqual(steps);
  expect(raw.map((row) => Number(row[1]))).toEqual(losses);
  // The mean of the last 100 steps is what the server calls the loss.
  expect(Number(raw.at(-1)![2])).toBeCloseTo(job.loss, 9);
  const validation = rows.map((row) => row[3]!).filter((value) => value !== '');
  expect(Number(validation.at(-1))).toBe(job.validationLoss);

  const shown = await page.locator('[data-value="loss"]').textContent();
  expect(numberIn(shown)).toBeCloseTo(job.loss, 4);
});

it('shows learning rate and norms, as the API has them', async () => {
  const { job } = await trained('norms', { steps: 40 });
  const page = await open(`/runs/${job}?norms=update`);
  await page.locator('main canvas').nth(2).waitFor();
  const rates: number[] = [];
  const norms = new Map<string, number[]>();
  for await (const answer of inspector.getMetrics({ job })) {
    rates.push(...answer.learningRates);
    for (const { tensor, update } of answer.norms) {
      norms.set(tensor, [...(norms.get(tensor) ?? []), ...update]);
    }
  }
  await expect
    .poll(async () => {
      const rows = (await csv(page, 'Learning rate')).slice(1);
      return rows.map((row) => Number(row[1]));
    })
    .toEqual(rates);
  const [head, ...table] = await csv(page, 'Norms of each tensor');
  expect(head!.slice(1)).toEqual([...norms.keys()]);
  const wte = table.map((row) => Number(row[1]));
  expect(wte).toEqual(norms.get('wte'));
});

it('passes on what the server advises', async () => {
  const documents = ['anna', 'otto'];
  const wait = { seconds: 30n };
  const config = { steps: 1000 };
  const job = await microgpt.train({
    model: 'few',
    documents,
    config,
    wait,
  });
  expect(job.advice.length).toBeGreaterThan(0);
  const page = await open(`/runs/${job.job}`);
  for (const sentence of job.advice) await page.getByText(sentence).waitFor();
  // Five tokens in all: fewer candidates than are listed of other models.
  const rows = page.locator('section', {
    has: page.getByRole('heading', { name: 'Replay' }),
  });
  await expect.poll(() => rows.locator('tbody tr').count()).toBe(job.vocabSize);
});

it('draws the lines to compare with', async () => {
  const job = await trained('lines', { steps: 200 });
  const { losses } = await microgpt.evaluate({ model: `lines@${job.version}` });
  const page = await open(`/runs/${job.job}`);
  await page.locator('main canvas').first().waitFor();
  // The lines are there once the server has evaluated the model.
  await expect
    .poll(async () => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save “Loss” as SVG' }).click();
      return (await contentOf(await download)).toString();
    })
    .toContain(`pairs ${losses!.bigram!.nats.toFixed(2)}`);
});

it('shows a run while it goes on, and stops it', async () => {
  const config = { steps: 1_000_000, nEmbd: 64 };
  const { job } = await microgpt.train({
    model: 'long',
    dataset: 'names',
    config,
  });
  const page = await open(`/runs/${job}`);
  const step = async () =>
    numberIn(await page.getByText(/of 1,000,000 steps/).textContent());
  await expect.poll(step, { timeout: 20_000 }).toBeGreaterThan(0);
  const first = await step();
  await expect.poll(step, { timeout: 20_000 }).toBeGreaterThan(first);
  // Samples while it trains; and a point for 250 steps, not one for each.
  await page.locator('ul.samples li').first().waitFor();
  await page.getByText('Mean of 250 steps').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.locator('[data-state="CANCELLED"]').waitFor();
  expect((await microgpt.getStatus({ job })).done).toBe(true);
});

it('keeps what a reader zoomed in on while the run goes on', async () => {
  const config = { steps: 1_000_000, nEmbd: 64 };
  const { job } = await microgpt.train({
    model: 'zoomed',
    dataset: 'names',
    config,
  });
  const page = await open(`/runs/${job}`);
  const over = page.locator('main canvas').first();
  await expect
    .poll(async () => (await csv(page, 'Loss')).length, { timeout: 20_000 })
    .toBeGreaterThan(4);
  const box = (await over.boundingBox())!;
  await page.mouse.move(box.x + 20, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 50, { steps: 4 });
  await page.mouse.up();
  const back = page.getByRole('button', { name: 'Whole range' }).first();
  await expect.poll(() => back.isEnabled()).toBe(true);
  // The right end of what is shown, where the pointer says its step.
  const edge = async () => {
    await page.mouse.move(box.x + box.width - 2, box.y + 60);
    return numberIn(await page.locator('.legend .at').first().textContent());
  };
  const before = await edge();
  const rows = (await csv(page, 'Loss')).length;
  await expect
    .poll(async () => (await csv(page, 'Loss')).length, { timeout: 20_000 })
    .toBeGreaterThan(rows + 3);
  expect(await edge()).toBe(before);
  await back.click();
  expect(await edge()).toBeGreaterThan(before);
});

it('can be read with the keyboard alone', async () => {
  const { job } = await trained('keys', { steps: 50 });
  const page = await open(`/runs/${job}`);
  // Its name tells the curve's end, once that is there.
  const plot = page.getByRole('application', { name: /^Loss\..* 50/ });
  await plot.focus();
  await plot.press('ArrowLeft');
  await plot.press('ArrowLeft');
  const at = page.locator('.legend .at').first();
  expect(numberIn(await at.textContent())).toBe(48);
  await plot.press('+');
  const back = page.getByRole('button', { name: 'Whole range' }).first();
  expect(await back.isEnabled()).toBe(true);
  await plot.press('Escape');
  expect(await back.isEnabled()).toBe(false);
});

it('goes from checkpoint to checkpoint, and says which in the address', async () => {
  const { job } = await trained('replayed', { steps: 100 });
  let checkpoints: number[] = [];
  for await (const answer of inspector.getMetrics({ job })) {
    if (answer.checkpoints.length > 0) checkpoints = answer.checkpoints;
  }
  expect(checkpoints.length).toBeGreaterThan(2);
  const page = await open(`/runs/${job}`);
  const step = () => new URL(page.url()).searchParams.get('step');
  await page.getByRole('button', { name: 'Previous checkpoint' }).click();
  expect(step()).toBe(String(checkpoints.at(-2)));
  await page.getByRole('button', { name: 'Next checkpoint' }).click();
  expect(step()).toBeNull();
  const slider = page.getByRole('slider', { name: 'Checkpoint' });
  await slider.fill('1');
  expect(step()).toBe(String(checkpoints[1]));
});

it('says what a run that is not there is', async () => {
  const page = await open('/runs/01nosuchjob');
  await page.getByRole('alert').waitFor();
  const sentence = await microgpt
    .getStatus({ job: '01nosuchjob' })
    .catch((error) => error.rawMessage as string);
  expect(await page.getByRole('alert').textContent()).toContain(sentence);
});
