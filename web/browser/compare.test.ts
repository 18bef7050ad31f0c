// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { microgpt, open, useBrowser } from './dashboard';

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
});

it('has a run once that the address names twice', async () => {
  const { job } = await trained('twice', { steps: 20 });
  const page = await open(`/compare?runs=${job},${job}`);
  const entries = page.locator('.legend button', { hasText: 'twice@1' });
  await entries.first().waitFor();
  expect(await entries.count()).toBe(1);
});
