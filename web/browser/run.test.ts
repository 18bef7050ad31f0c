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
  const held = await page.locator('[data-value="validation"]').textContent();
  expect(numberIn(held)).toBeCloseTo(job.validationLoss!, 4);
});

it('shows learning rate and norms, as the API has them', async () => {
  const { job } = await trained('norms', { steps: 40 });
  const page = await open(`/runs/${job}?norms=update`);
  await page.locator('main canvas').nth(2).waitFor();
  const rates: number[] = [];
  // Of each kind, by tensor.
  const kinds = ['update', 'gradient', 'parameter', 'ratio'] as const;
  type Kind = (typeof kinds)[number];
  const norms = new Map<Kind, Map<string, number[]>>(
    kinds.map((kind) => [kind, new Map()]),
  );
  const add = (kind: Kind, tensor: string, values: number[]) => {
    const of = norms.get(kind)!;
    of.set(tensor, [...(of.get(tensor) ?? []), ...values]);
  };
  for await (const answer of inspector.getMetrics({ job })) {
    rates.push(...answer.learningRates);
    for (const { tensor, gradient, parameter, update } of answer.norms) {
      add('gradient', tensor, gradient);
      add('parameter', tensor, parameter);
      add('update', tensor, update);
      const ratios = update.map((norm, i) => norm / parameter[i]!);
      add('ratio', tensor, ratios);
    }
  }
  await expect
    .poll(async () => {
      const rows = (await csv(page, 'Learning rate')).slice(1);
      return rows.map((row) => Number(row[1]));
    })
    .toEqual(rates);
  for (const kind of kinds) {
    await page.getByLabel('Show', { exact: true }).selectOption(kind);
    const [head, ...table] = await csv(page, 'Norms of each tensor');
    const expected = [...norms.get(kind)!];
    expect(head!.slice(1)).toEqual(expected.map(([tensor]) => tensor));
    for (const [column, [, values]] of expected.entries()) {
      expect(table.map((row) => Number(row[column + 1]))).toEqual(values);
    }
  }
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
  let picture = '';
  await expect
    .poll(async () => {
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save “Loss” as SVG' }).click();
      picture = (await contentOf(await download)).toString();
      return picture;
    })
    .toContain(`pairs ${losses!.bigram!.nats.toFixed(2)}`);
  expect(picture).toContain(`frequencies ${losses!.unigram!.nats.toFixed(2)}`);
  expect(picture).toContain(`ln V ${Math.log(job.vocabSize).toFixed(2)}`);
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
  // Said once, for the key that was pressed; the legend itself is not read out.
  const said = page.locator('[aria-live="polite"]', { hasText: /^Step 48/ });
  expect(await said.textContent()).toContain('Loss of each step');
  expect(await page.locator('.legend output').count()).toBe(0);
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

it('lists what comes next at a checkpoint, as the API has it', async () => {
  const { job } = await trained('expecting', { steps: 100 });
  const prefix = 'ma';
  const first = await inspector.nextTokens({ job, step: 0, prefix });
  const page = await open(`/runs/${job}?text=${prefix}&step=0`);
  const replay = page.locator('section', {
    has: page.getByRole('heading', { name: 'Replay' }),
  });
  const { candidates, entropy } = first.next!;
  const rows = replay.locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(candidates.length);
  expect(await rows.locator('th').allTextContents()).toEqual(
    candidates.map(({ token }) => token!.text || '⟨end⟩'),
  );
  const shares = await rows.locator('td.number').allTextContents();
  for (const [i, { probability }] of candidates.entries()) {
    const off = numberIn(shares[i]!) - 100 * probability;
    expect(Math.abs(off)).toBeLessThan(0.0501);
  }
  const said = await replay.getByText(/^Entropy/).textContent();
  expect(numberIn(said)).toBe(Number(entropy.toFixed(3)));
});

it('says what a run that is not there is', async () => {
  const page = await open('/runs/01nosuchjob');
  await page.getByRole('alert').waitFor();
  const sentence = await microgpt
    .getStatus({ job: '01nosuchjob' })
    .catch((error) => error.rawMessage as string);
  expect(await page.getByRole('alert').textContent()).toContain(sentence);
});
