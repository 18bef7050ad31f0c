// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { ModelFormat } from '../src/gen/microgpt/v1/registry_pb';
import {
  contentOf,
  expectRefusal,
  exported,
  hold,
  microgpt,
  numberIn,
  open,
  registry,
  useBrowser,
} from './dashboard';

useBrowser();

async function trained(model: string) {
  const documents = ['anna', 'emma', 'mia', 'lea', 'nora'];
  const config = { steps: 20 };
  const wait = { seconds: 30n };
  const job = await microgpt.train({ model, documents, config, wait });
  return registry.getModel({ model: `${model}@${job.version}` });
}

it('lists every model with the figures that the API gives', async () => {
  await trained('listed');
  const { models } = await registry.listModels({});
  const page = await open('/models');
  for (const model of models) {
    const row = page.locator(`tr[data-model="${model.name}@${model.version}"]`);
    await row.waitFor();
    const cells = await row.locator('td').allTextContents();
    expect(numberIn(cells[2]!)).toBe(model.config!.steps);
    expect(numberIn(cells[3]!)).toBeCloseTo(model.loss, 3);
    expect(numberIn(cells[4]!)).toBe(model.vocabSize);
  }
  expect(await page.locator('tr[data-model]').count()).toBe(models.length);
});

it('trains a built-in dataset in one click and opens the run', async () => {
  const page = await open('/models');
  await page.getByRole('button', { name: 'Train cities-ja' }).click();
  await page.waitForURL(/\/runs\//);
  const job = new URL(page.url()).pathname.split('/')[2]!;
  expect((await microgpt.getStatus({ job })).model).toBe('cities-ja');
});

it('says what an unnamed address is', async () => {
  const page = await open('/');
  await page.waitForURL(/\/models$/);
  const lost = await open('/nowhere');
  expect(await lost.locator('h1').textContent()).toBe('No such page');
});

it('shows what a version is', async () => {
  const model = await trained('shown');
  const page = await open('/models/shown');
  await page.getByText(model.sha256).waitFor();
  expect(await page.title()).toContain('shown@1');
});

it('shows a loss of 0 as a number', async () => {
  const wait = { seconds: 30n };
  const request = { model: 'zero', documents: ['a'], wait };
  const { job } = await microgpt.train(request);
  expect((await microgpt.getStatus({ job })).loss).toBe(0);
  const page = await open('/models/zero');
  const loss = page.locator('dd[data-value="loss"]');
  expect(await loss.textContent()).toMatch(/^0\.0/);
  const row = page.locator('tr[data-model="zero@1"]');
  expect(await row.locator('td').nth(3).textContent()).toMatch(/^0\.0/);
});

it('sets an alias and takes it away', async () => {
  await trained('aliased');
  const page = await open('/models/aliased@1');
  await page.getByLabel('Alias', { exact: true }).fill('prod');
  await page.getByRole('button', { name: 'Set alias' }).click();
  const remove = page.getByRole('button', { name: 'Remove alias prod' });
  await remove.waitFor();
  expect((await registry.getModel({ model: 'aliased@prod' })).version).toBe(1);
  await remove.click();
  await page.getByText('This version has no alias.').waitFor();
  expect((await registry.getModel({ model: 'aliased' })).aliases).toEqual([]);
});

it('offers to delete no version that an alias points to', async () => {
  for (let version = 1; version <= 2; ++version) await trained('held');
  await registry.setAlias({ alias: 'held@prod', version: 1 });
  const page = await open('/models');
  const dialog = page.getByRole('dialog');
  const remove = dialog.getByRole('button', { name: 'Delete', exact: true });
  // The newest has none, but an older one.
  await page.getByRole('button', { name: 'Delete held@2' }).click();
  await dialog.getByText('held@2 is deleted for good').waitFor();
  await remove.waitFor();
  await dialog.getByRole('checkbox').check();
  await dialog.getByText('held cannot be deleted').waitFor();
  expect(await remove.count()).toBe(0);
  const link = dialog.getByRole('link', { name: 'To the aliases of held@1' });
  await link.click();
  await dialog.waitFor({ state: 'hidden' });

  await page.getByRole('button', { name: 'Delete held@1' }).click();
  await dialog.getByText('an alias points to it: held@prod').waitFor();
  expect(await remove.count()).toBe(0);
  expect(await dialog.textContent()).not.toContain('for good');
  await link.click();
  await page.getByRole('button', { name: 'Remove alias prod' }).click();
  await page.getByText('This version has no alias.').waitFor();
  await page.getByRole('button', { name: 'Delete held@1' }).click();
  await dialog.getByText('held@1 is deleted for good').waitFor();
  await dialog.getByRole('checkbox').check();
  await dialog.getByText('All versions of held').waitFor();
  await remove.click();
  await page.waitForURL(/\/models$/);
  await expect(registry.getModel({ model: 'held' })).rejects.toThrow();
});

it('asks before it deletes, and tells why it cannot', async () => {
  await trained('doomed');
  const page = await open('/models');
  const row = page.locator('tr[data-model="doomed@1"]');
  await row.waitFor();
  // The page does not know of it.
  await registry.setAlias({ alias: 'doomed@keep', version: 1 });
  await page.getByRole('button', { name: 'Delete doomed@1' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  // The server's own sentence.
  const sentence = await registry
    .deleteModel({ model: 'doomed@1' })
    .catch((error) => error.rawMessage as string);
  await dialog.getByText(sentence as string).waitFor();
  expectRefusal(400);

  await registry.deleteAlias({ alias: 'doomed@keep' });
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await row.waitFor({ state: 'detached' });
  await expect(registry.getModel({ model: 'doomed' })).rejects.toThrow();
});

it('keeps what was not meant to be deleted', async () => {
  await trained('spared');
  const page = await open('/models');
  await page.getByRole('button', { name: 'Delete spared@1' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect((await registry.getModel({ model: 'spared' })).version).toBe(1);
});

it('hands out a file that is the server’s, byte for byte', async () => {
  await trained('exported');
  const page = await open('/models/exported@1');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as JSON' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('exported@1.json');
  const bytes = await contentOf(file);
  expect(bytes.equals(await exported('exported', ModelFormat.JSON))).toBe(true);
});

it('makes a model of a file, the same one', async () => {
  const model = await trained('source');
  const file = await exported('source', ModelFormat.SAFETENSORS);
  const page = await open('/models');
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('File').setInputFiles({
    name: 'My Copy.safetensors',
    mimeType: 'application/octet-stream',
    buffer: file,
  });
  expect(await dialog.getByLabel('Model name').inputValue()).toBe('my-copy');
  await dialog.getByRole('button', { name: 'Import' }).click();
  await page.locator('tr[data-model="my-copy@1"]').waitFor();
  const copy = await registry.getModel({ model: 'my-copy' });
  expect(copy.sha256).toBe(model.sha256);
});

it('says what is wrong with a file that is no model', async () => {
  const page = await open('/models');
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('File').setInputFiles({
    name: 'x.json',
    mimeType: 'application/json',
    buffer: Buffer.from('{"no": "model"}'),
  });
  await dialog.getByRole('button', { name: 'Import' }).click();
  await dialog.getByRole('alert').waitFor();
  expect(await dialog.getByRole('alert').textContent()).toContain(
    'Change what',
  );
  await expect(registry.getModel({ model: 'x' })).rejects.toThrow();
});

it('leaves what was deleted for what is left', async () => {
  for (let version = 1; version <= 3; ++version) await trained('leaving');
  const page = await open('/models/leaving@2');
  const remove = async (reference: string, all = false) => {
    await page.getByRole('button', { name: `Delete ${reference}` }).click();
    const dialog = page.getByRole('dialog');
    if (all) await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  };
  await page.getByRole('heading', { name: 'leaving@2' }).waitFor();
  await remove('leaving@2');
  await page.waitForURL(/\/models\/leaving$/);
  await page.getByRole('heading', { name: 'leaving@3' }).waitFor();
  await remove('leaving@1', true);
  await page.waitForURL(/\/models$/);
  await expect(registry.getModel({ model: 'leaving' })).rejects.toThrow();
});

it('opens no run when the reader has gone elsewhere', async () => {
  const page = await open('/models');
  const train = page.getByRole('button', { name: 'Train cities-ja' });
  await train.waitFor();
  const { asked, letGo } = await hold(page, 'MicroGpt/Train');
  const call = asked();
  await train.click();
  const givenUp = page.waitForEvent('requestfailed');
  await call;
  await page.getByRole('link', { name: 'System' }).click();
  await givenUp;
  await letGo();
  await page.getByRole('heading', { name: 'Limits' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/system');
});
