// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import {
  expectRefusal,
  microgpt,
  numberIn,
  open,
  registry,
  useBrowser,
} from './dashboard';

useBrowser();

it('shows the server’s version, limits and load', async () => {
  const info = await registry.getServerInfo({});
  const page = await open('/system');
  await page.getByRole('heading', { name: 'Limits' }).waitFor();
  const value = (name: string) =>
    page.locator(`[data-value="${name}"]`).textContent();
  expect(await value('version')).toBe(info.version);
  expect(numberIn(await value('models'))).toBe(info.models);
  const fact = page
    .locator('dt', { hasText: 'Strings a call' })
    .locator('+ dd');
  expect(numberIn(await fact.textContent())).toBe(info.limits!.samples);
});

it('sees by itself that a run has begun, and stops it', async () => {
  const page = await open('/system');
  const config = { steps: 1_000_000, nEmbd: 64 };
  const { job } = await microgpt.train({
    model: 'watched',
    dataset: 'names',
    config,
  });
  const row = page.locator(`tr[data-job="${job}"]`);
  await row.waitFor();
  const stop = page.getByRole('button', { name: `Stop run ${job}` });
  expect((await stop.innerText()).trim()).toBe('Stop');
  await stop.click();
  await row.locator('[data-state="CANCELLED"]').waitFor();
  expect((await microgpt.getStatus({ job })).done).toBe(true);
});

it('passes on the licences of what it is built with', async () => {
  const page = await open('/system');
  const link = page.getByRole('link', { name: 'Licences' });
  const address = await link.getAttribute('href');
  const answer = await page.request.get(address!);
  expect(answer.status()).toBe(200);
  expect(await answer.text()).toContain('Permission is hereby granted');
});

it('counts the calls of this browser, with how long they took', async () => {
  const page = await open('/models');
  let [answers, refusals] = [0, 0];
  page.on('response', (response) => {
    if (response.status() === 404) ++refusals;
  });
  page.on('requestfinished', (request) => {
    if (request.url().endsWith('/GetModel')) ++answers;
  });
  await page
    .getByRole('link', { name: /^names@/ })
    .first()
    .click();
  await page.getByRole('heading', { name: /^names@/ }).waitFor();
  // A name that is not there, by the address bar's own way within the page.
  await page.evaluate(() => {
    history.pushState(null, '', '/models/nmaes');
    dispatchEvent(new PopStateEvent('popstate'));
  });
  await page.getByRole('alert').waitFor();
  await page.getByRole('link', { name: 'System' }).click();
  const row = page.locator('tr[data-method="GetModel"]');
  await row.waitFor();
  const [calls, median, longest, failed] = await row
    .locator('td')
    .allTextContents();
  expect(answers).toBeGreaterThan(1);
  expect(numberIn(calls!)).toBe(answers);
  expect(numberIn(failed!)).toBe(1);
  expect(median).toMatch(/^[\d.]+ (ms|sec)/);
  expect(longest).toMatch(/^[\d.]+ (ms|sec)/);
  // Its versions were asked for, too.
  const lists = page.locator('tr[data-method="ListModels"] td').last();
  await expect.poll(async () => numberIn(await lists.textContent())).toBe(1);
  for (; refusals > 0; --refusals) expectRefusal(404);
});

it('lists older runs, too, when asked for more', async () => {
  const known = (await registry.listJobs({ pageSize: 1000 })).jobs.length;
  for (let count = known; count < 52; ++count) {
    const config = { steps: 1 };
    const wait = { seconds: 30n };
    await microgpt.train({ model: 'many', documents: ['ab'], config, wait });
  }
  const { jobs } = await registry.listJobs({ pageSize: 1000 });
  const page = await open('/system');
  const rows = page.locator('tr[data-job]');
  await expect.poll(() => rows.count()).toBe(50);
  await page.getByRole('button', { name: 'Show more' }).click();
  await expect.poll(() => rows.count()).toBe(Math.min(100, jobs.length));
});
