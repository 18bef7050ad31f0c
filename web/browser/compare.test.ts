// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { csv, inspector, microgpt, open, useBrowser } from './dashboard';

useBrowser();

async function trained(model: string, config: object) {
  const wait = { seconds: 60n };
  return microgpt.train({ model, dataset: 'names', config, wait });
}

it('lays runs over each other, and marks what was set differently', async () => {
  const one = await trained('first', { steps: 60 });
  const two = await trained('second', { steps: 90, nEmbd: 32 });
  const page = await open('/compare');
  await page.getByRole('checkbox', { name: one.job }).check();
  await page.getByRole('checkbox', { name: two.job }).check();
  expect(new URL(page.url()).searchParams.get('runs')).toBe(
    `${one.job},${two.job}`,
  );

  const different = page.locator('tr.different th');
  await expect.poll(() => different.count()).toBe(2);
  const names = (await different.allTextContents()).join(' ');
  expect(names).toContain('Width');
  expect(names).toContain('Steps');

  // Each curve ends with what the server calls that run's loss.
  const output = (name: string) =>
    page.locator('.legend button', { hasText: name }).locator('.value');
  for (const { model, version, loss } of [one, two]) {
    await expect
      .poll(async () =>
        Number(await output(`${model}@${version}`).textContent()),
      )
      .toBeCloseTo(loss, 2);
  }

  // Fewer steps than the window has: a mean of all that there were so far.
  const [head, ...rows] = await csv(page, 'Loss');
  expect(head!.slice(1)).toEqual(
    [one, two].map(({ model, version }) => `${model}@${version}`),
  );
  for (const [column, { job }] of [one, two].entries()) {
    const losses: number[] = [];
    for await (const answer of inspector.getMetrics({ job })) {
      losses.push(...answer.losses);
    }
    const shown = rows
      .map((row) => row[column + 1]!)
      .filter((field) => field !== '');
    expect(shown.length).toBe(losses.length);
    let sum = 0;
    for (const [i, loss] of losses.entries()) {
      sum += loss;
      expect(Number(shown[i])).toBeCloseTo(sum / (i + 1), 9);
    }
  }
});

it('has a run once that the address names twice', async () => {
  const { job } = await trained('twice', { steps: 20 });
  const page = await open(`/compare?runs=${job},${job}`);
  const entries = page.locator('.legend button', { hasText: 'twice@1' });
  await entries.first().waitFor();
  expect(await entries.count()).toBe(1);
});
