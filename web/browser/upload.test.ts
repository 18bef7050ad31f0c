// SPDX-License-Identifier: MIT
//
// Large files from a page: sent a chunk a message, followed, given up, refused.
import { createHash } from 'node:crypto';
import { mkdtemp, open as openFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Code, ConnectError } from '@connectrpc/connect';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { ModelFormat } from '../src/gen/microgpt/v1/registry_pb';
import { exported, microgpt, open, registry, useBrowser } from './dashboard';

useBrowser();

let folder: string;
const lines = 1_000_000;
let dataset: string; // its id

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'microgpt-upload-'));
  // 41 MB.
  const text = Array.from(
    { length: lines },
    (_, index) =>
      `line ${String(index).padStart(9, '0')} of a long, long text\n`,
  ).join('');
  expect(text.length).toBeGreaterThan(35_000_000);
  await writeFile(join(folder, 'large.txt'), text);
  dataset = `sha256:${createHash('sha256').update(text).digest('hex')}`;
});

afterAll(() => rm(folder, { recursive: true }));

async function chooseFile(page: Page, name: string): Promise<void> {
  await page.getByLabel('A file').check();
  const field = page.getByLabel('File', { exact: true });
  await field.setInputFiles(join(folder, name));
}

// Slow enough for a reader to see how far it is.
async function slowDown(page: Page, bytesASecond: number): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesASecond,
  });
}

// What stands in the progress bar, whenever it has changed.
async function sharesSeen(page: Page): Promise<() => Promise<number[]>> {
  await page.evaluate(() => {
    const seen: number[] = [];
    Object.assign(globalThis, { seen });
    new MutationObserver(() => {
      const bar = document.querySelector('form [role="progressbar"]');
      if (bar) seen.push(Number(bar.getAttribute('aria-valuenow')));
    }).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
    });
  });
  return () =>
    page.evaluate(() => (globalThis as unknown as { seen: number[] }).seen);
}

it('gives up a large text half way, and the server keeps nothing', async () => {
  const page = await open('/train?steps=5');
  await chooseFile(page, 'large.txt');
  await slowDown(page, 10_000_000);
  await page.getByRole('button', { name: 'Start training' }).click();
  const bar = page.getByRole('progressbar');
  await expect
    .poll(async () => Number(await bar.getAttribute('aria-valuenow')))
    .toBeGreaterThan(0);
  expect(await bar.isVisible()).toBe(true);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await bar.waitFor({ state: 'detached' });
  const start = page.getByRole('button', { name: 'Start training' });
  await expect.poll(() => start.isEnabled()).toBe(true);
  expect(await page.getByRole('alert').count()).toBe(0);
  const code = await registry
    .getDataset({ dataset })
    .catch((error) => ConnectError.from(error).code);
  expect(code).toBe(Code.NotFound);
});

it('trains a text of 41 MB, and tells how far it is', async () => {
  const page = await open('/train?steps=5');
  await chooseFile(page, 'large.txt');
  await page.getByLabel('Model name').fill('from-large');
  const shares = await sharesSeen(page);
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.waitForURL(/\/runs\//, { timeout: 50_000 });
  const job = new URL(page.url()).pathname.split('/')[2]!;
  const done = await microgpt.getStatus({ job, wait: { seconds: 30n } });
  expect(done.dataset).toMatchObject({ id: dataset, documents: lines });
  const seen = await shares();
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.some((share) => share > 0 && share < 100)).toBe(true);
});

// A quarter of a gigabyte takes a while where others work, too.
it('says what the server says of a text that is too large', async () => {
  const { limits } = await registry.getServerInfo({});
  // A file with nothing in it takes no room.
  const file = await openFile(join(folder, 'huge.txt'), 'w');
  await file.truncate(Number(limits!.datasetBytes) + 1);
  await file.close();
  const page = await open('/train?steps=5');
  await chooseFile(page, 'huge.txt');
  await page.getByRole('button', { name: 'Start training' }).click();
  const alert = page.getByRole('alert');
  await alert.waitFor({ timeout: 140_000 });
  expect(await alert.textContent()).toContain(
    `above the maximum ${limits!.datasetBytes} of a dataset`,
  );
}, 150_000);

it('imports a model of some megabytes, the same one', async () => {
  const config = { steps: 1, nEmbd: 256, nLayer: 3 };
  const documents = ['anna', 'emma'];
  const wait = { seconds: 30n };
  await microgpt.train({ model: 'heavy', documents, config, wait });
  const file = await exported('heavy', ModelFormat.SAFETENSORS);
  expect(file.length).toBeGreaterThan(9_000_000);
  await writeFile(join(folder, 'heavy-copy.safetensors'), file);
  const page = await open('/models');
  await page.getByRole('button', { name: 'Import' }).click();
  const dialog = page.getByRole('dialog');
  await dialog
    .getByLabel('File')
    .setInputFiles(join(folder, 'heavy-copy.safetensors'));
  await dialog.getByRole('button', { name: 'Import' }).click();
  await page.locator('tr[data-model="heavy-copy@1"]').waitFor();
  const source = await registry.getModel({ model: 'heavy' });
  const copy = await registry.getModel({ model: 'heavy-copy' });
  expect(copy.sha256).toBe(source.sha256);
});
