// SPDX-License-Identifier: MIT
//
// What the tests have in common: a browser, a page that minds its manners, and
// the API to compare it with.
import { readFile } from 'node:fs/promises';

import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

import { Inspector } from '../src/gen/microgpt/v1/inspector_pb';
import { MicroGpt } from '../src/gen/microgpt/v1/microgpt_pb';
import { Registry } from '../src/gen/microgpt/v1/registry_pb';

const transport = createConnectTransport({
  baseUrl: inject('api'),
  httpVersion: '1.1',
  // As the pages ask: a float has other digits in JSON than in binary.
  useBinaryFormat: false,
});
export const microgpt = createClient(MicroGpt, transport);
export const registry = createClient(Registry, transport);
export const inspector = createClient(Inspector, transport);

let browser: Browser;
const complaints: string[] = [];

// Ends what a test began and may have left running, which would keep the next
// one waiting.
async function stopAll(): Promise<void> {
  const { jobs } = await registry.listJobs({});
  for (const { job, done } of jobs) {
    if (done) continue;
    await microgpt.cancelTraining({ job });
    await microgpt.getStatus({ job, wait: { seconds: 20n } });
  }
}

// To be called once a file.
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM']!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    await stopAll();
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => browser.close());
}

// Opens an address of the dashboard. What the page logs as an error (as it does
// what its Content-Security-Policy forbids), throws, or asks of another host
// fails the test.
export async function open(
  path: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const origin = options.baseURL ?? inject('pages');
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: 1280, height: 900 },
    locale: 'en',
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    const outside = url.protocol !== 'blob:' && url.origin !== origin;
    if (outside) complaints.push(`asked ${url.origin}`);
  });
  await page.goto(path);
  await page.locator('main h1').waitFor();
  return page;
}

// The figures behind a chart with all their digits: its CSV file, heading
// included.
export async function csv(page: Page, name: string): Promise<string[][]> {
  const button = page.getByRole('button', {
    name: `Save “${name}” as CSV`,
    exact: true,
  });
  await button.waitFor();
  const download = page.waitForEvent('download');
  await button.click();
  const content = await readFile(await (await download).path(), 'utf8');
  return content
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      Array.from(
        line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g),
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
}

// Complaints that a test expects: a call that the server refuses is logged by
// the browser as well.
export function expectRefusal(status: number): void {
  const found = complaints.findIndex((text) =>
    text.includes(`status of ${status}`),
  );
  expect(found, complaints.join('\n')).toBeGreaterThanOrEqual(0);
  complaints.splice(found, 1);
}

// Forgets what the browser logs of a server that is away for a while. How many
// calls meet that is a matter of chance.
export function forgiveNoAnswer(): void {
  const others = complaints.filter((text) => !text.includes('net::ERR_'));
  complaints.splice(0, complaints.length, ...others);
}

// A number as the page writes it in English: "1,234.5" or "47%".
export function numberIn(text: string | null): number {
  const match = /-?[\d,]+(\.\d+)?/.exec(text ?? '');
  if (!match) throw new Error(`no number in "${text}"`);
  return Number(match[0].replaceAll(',', ''));
}
