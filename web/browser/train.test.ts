// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { Optimizer, Precision } from '../src/gen/microgpt/v1/microgpt_pb';
import {
  expectRefusal,
  microgpt,
  open,
  registry,
  useBrowser,
} from './dashboard';

useBrowser();

// The job of the run that a page has come to.
async function jobOf(page: Awaited<ReturnType<typeof open>>) {
  await page.waitForURL(/\/runs\//);
  const job = new URL(page.url()).pathname.split('/')[2]!;
  return microgpt.getStatus({ job, wait: { seconds: 30n }, full: true });
}

it('trains with every setting as the form has it, seed 0 among them', async () => {
  const page = await open('/train');
  await page.getByLabel('Model name').fill('formed');
  const fill = (name: string, value: string) =>
    page.locator(`input[name="${name}"]`).fill(value);
  await fill('n_layer', '2');
  await fill('n_embd', '8');
  await fill('n_head', '2');
  await fill('block_size', '12');
  await fill('steps', '30');
  await fill('batch_size', '3');
  await fill('learning_rate', '0.02');
  await fill('validation', '0.25');
  await fill('seed', '0');
  await page.getByText('Fine points').click();
  await page.locator('select[name="optimizer"]').selectOption('SGD');
  await page.locator('select[name="precision"]').selectOption('float64');
  // The address says the same.
  expect(new URL(page.url()).searchParams.get('seed')).toBe('0');
  await page.getByRole('button', { name: 'Start training' }).click();

  const job = await jobOf(page);
  expect(job.model).toBe('formed');
  expect(job.config).toMatchObject({
    nLayer: 2,
    nEmbd: 8,
    nHead: 2,
    blockSize: 12,
    steps: 30,
    batchSize: 3,
    learningRate: 0.02,
    validation: 0.25,
    seed: 0,
    optimizer: Optimizer.SGD,
    precision: Precision.FLOAT64,
  });
});

it('trains city names for as few and as many steps as asked for', async () => {
  for (const steps of [10, 5000]) {
    const page = await open('/train?seed=0');
    const sets = page.locator('select').filter({ hasText: 'cities-ja' });
    await sets.selectOption('cities-ja');
    await page.locator('input[name="steps"]').fill(String(steps));
    await page.locator('input[name="n_layer"]').fill('2');
    await page.getByRole('button', { name: 'Start training' }).click();
    const job = await jobOf(page);
    expect(job.model).toBe('cities-ja');
    expect(job.config).toMatchObject({ steps, seed: 0, nLayer: 2 });
  }
});

it('trains pasted text', async () => {
  const page = await open('/train');
  await page.getByLabel('Pasted text').check();
  await page.getByLabel('Text', { exact: true }).fill('anna\n\n  bob \nanna');
  await page.locator('input[name="steps"]').fill('5');
  await page.getByRole('button', { name: 'Start training' }).click();
  const job = await jobOf(page);
  expect(job.model).toBe('pasted');
  expect(job.dataset).toMatchObject({ documents: 3, duplicates: 1 });
  // All that may come next, where that is less than ten: a, b, n, o, the end.
  const next = page.locator('tbody tr', { has: page.locator('.bar') });
  await expect.poll(() => next.count()).toBe(5);
});

it('trains a file, and calls the model after it', async () => {
  const page = await open('/train?steps=5');
  await page.getByLabel('A file').check();
  await page.getByLabel('File', { exact: true }).setInputFiles({
    name: 'My Pets.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('rex\nbello\nmiez\n'),
  });
  await page.getByRole('button', { name: 'Start training' }).click();
  const job = await jobOf(page);
  expect(job.model).toBe('my-pets');
  expect(job.dataset?.documents).toBe(3);
  expect(job.config?.steps).toBe(5);
});

it('takes the settings and the data of a run again', async () => {
  const documents = ['lea', 'mia', 'noa'];
  const config = { steps: 7, seed: 0, nEmbd: 8 };
  const wait = { seconds: 30n };
  const first = await microgpt.train({
    model: 'again',
    documents,
    config,
    wait,
  });
  const page = await open(`/train?from=${first.job}`);
  await page.locator('input[name="seed"]').waitFor();
  await expect
    .poll(() => page.locator('input[name="steps"]').inputValue())
    .toBe('7');
  await page.getByRole('button', { name: 'Start training' }).click();
  const job = await jobOf(page);
  expect(job.job).not.toBe(first.job);
  expect(job.config).toEqual(first.config);
  expect(job.dataset?.id).toBe(first.dataset?.id);
  // The same bits.
  const digest = async (version: number) =>
    (await registry.getModel({ model: `again@${version}` })).sha256;
  expect(await digest(2)).toBe(await digest(1));
});

it('says what is out of range before it asks the server', async () => {
  const page = await open('/train?steps=0&n_embd=1.5');
  const error = (name: string) =>
    page.locator('.field', { has: page.locator(`input[name="${name}"]`) });
  expect(await error('steps').textContent()).toContain('from 1 to 1,000,000');
  expect(await error('n_embd').textContent()).toContain('whole number');
  await page.getByRole('button', { name: 'Start training' }).click();
  expect(new URL(page.url()).pathname).toBe('/train');
});

it('puts the server’s sentence beside the field that it names', async () => {
  const page = await open('/train?n_embd=10&n_head=4');
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByRole('alert').waitFor();
  const sentence = await microgpt
    .train({ config: { nEmbd: 10, nHead: 4 } })
    .catch((error) => error.rawMessage as string);
  expect(await page.getByRole('alert').textContent()).toContain(sentence);
  const field = page.locator('[aria-invalid="true"]');
  expect(await field.getAttribute('name')).toMatch(/^n_(embd|head)$/);
  expectRefusal(400);
});

it('asks for the text that is missing, and the server for nothing', async () => {
  const newest = (await registry.listJobs({})).jobs[0]?.job;
  const page = await open('/train');
  await page.getByLabel('Pasted text').check();
  const text = page.getByLabel('Text', { exact: true });
  const sentence = page.getByText('Paste or type some text first.');
  for (const nothing of ['', ' \n\n ']) {
    await text.fill(nothing);
    await page.getByRole('button', { name: 'Start training' }).click();
    await sentence.waitFor();
    expect(await text.getAttribute('aria-invalid')).toBe('true');
  }
  await expect
    .poll(() => text.evaluate((area) => area === document.activeElement))
    .toBe(true);
  expect((await registry.listJobs({})).jobs[0]?.job).toBe(newest);
  await text.fill('anna');
  await sentence.waitFor({ state: 'detached' });
});

it('has the server’s word on a pasted text beside it', async () => {
  const page = await open('/train');
  await page.getByLabel('Pasted text').check();
  const text = page.getByLabel('Text', { exact: true });
  await text.fill('\u0085');
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByText('Give at least one line that is not empty.').waitFor();
  expect(await text.getAttribute('aria-invalid')).toBe('true');
  expectRefusal(400);
});

it('asks for the file that was not chosen, rather than train another text', async () => {
  const newest = (await registry.listJobs({})).jobs[0]?.job;
  const page = await open('/train');
  await page.getByLabel('A file').check();
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByText('Choose a file first.').waitFor();
  const file = page.getByLabel('File', { exact: true });
  expect(await file.getAttribute('aria-invalid')).toBe('true');
  expect(new URL(page.url()).pathname).toBe('/train');
  expect((await registry.listJobs({})).jobs[0]?.job).toBe(newest);
  await file.setInputFiles({
    name: 'chosen.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('rex\nbello\n'),
  });
  await page.getByText('Choose a file first.').waitFor({ state: 'detached' });
});

it('brings a fine point that is wrong into sight', async () => {
  const page = await open('/train');
  await page.getByText('Fine points').click();
  const field = page.locator('input[name="threads"]');
  await field.fill('65');
  await page.getByText('Fine points').click();
  await field.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Start training' }).click();
  await field.waitFor();
  await expect
    .poll(() => field.evaluate((input) => input === document.activeElement))
    .toBe(true);
});

it('begins a form anew where the address is another', async () => {
  const request = { model: 'again', dataset: 'names', config: { steps: 7 } };
  const wait = { seconds: 30n };
  const { job } = await microgpt.train({ ...request, wait });
  const page = await open(`/train?from=${job}`);
  const steps = page.locator('input[name="steps"]');
  const name = page.getByLabel('Model name');
  const source = page.getByText(`Settings and data of run ${job}`);
  await source.waitFor();
  await expect.poll(() => steps.inputValue()).toBe('7');
  const dataset = page.getByLabel('Dataset', { exact: true });
  const chosen = () => dataset.locator('option:checked').textContent();
  await expect.poll(chosen).toMatch(/^names, /);
  await page.getByRole('link', { name: 'Train', exact: true }).click();
  await source.waitFor({ state: 'detached' });
  expect(await steps.inputValue()).not.toBe('7');
  expect(await name.inputValue()).toBe('');
  await page.goBack();
  await source.waitFor();
  await expect.poll(() => steps.inputValue()).toBe('7');
  expect(await name.inputValue()).toBe('again');
});

it('keeps a run’s text in the address when its settings are changed', async () => {
  const documents = ['tara', 'tomo'];
  const request = { model: 'kept', documents, config: { steps: 5 } };
  const wait = { seconds: 30n };
  const first = await microgpt.train({ ...request, wait });
  const page = await open(`/train?from=${first.job}`);
  const steps = page.locator('input[name="steps"]');
  await expect.poll(() => steps.inputValue()).toBe('5');
  await steps.fill('6');
  await page.reload();
  await expect.poll(() => steps.inputValue()).toBe('6');
  await page.getByRole('button', { name: 'Start training' }).click();
  const job = await jobOf(page);
  expect(job.dataset?.id).toBe(first.dataset?.id);
  expect(job.model).toBe('kept');
  expect(job.steps).toBe(6);
});
