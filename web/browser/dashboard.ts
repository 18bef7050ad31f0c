// SPDX-License-Identifier: MIT
//
// What the tests have in common: a browser, a page that minds its manners, and
// the API to compare it with.
import {
  type Browser,
  chromium,
  type Download,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';

import type { ModelFormat } from '../src/gen/microgpt/v1/registry_pb';
import { clientsOf } from './clients';

export const { microgpt, registry, inspector } = clientsOf(inject('api'));

let browser: Browser;
let shared: Page | undefined;
const complaints: string[] = [];

// Ends what a test began and may have left running, which would keep the next
// one waiting. Nobody else trains on the server of the tests, and its own model
// was there before they began.
export async function stopAll(): Promise<void> {
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
    browser = await chromium.connect(inject('browser'));
  });
  afterEach(async () => {
    for (const context of browser.contexts()) {
      if (context !== shared?.context()) await context.close();
    }
    await shared?.evaluate(() => localStorage.clear());
    await stopAll();
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    shared = undefined;
    await browser.close();
    // What the last test's page still had to say.
    expect(complaints.splice(0)).toEqual([]);
  });
}

// What the page logs as an error (as it does what its Content-Security-Policy
// forbids), throws, or asks of another host fails the test.
async function newPage(origin: string, locale: string): Promise<Page> {
  const context = await browser.newContext({
    baseURL: origin,
    locale,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    const outside = url.protocol !== 'blob:' && url.origin !== origin;
    if (outside) complaints.push(`asked ${url.origin}`);
  });
  return page;
}

export interface Size {
  width: number;
  height: number;
}

export interface View {
  viewport?: Size;
  colorScheme?: 'light' | 'dark';
  locale?: string;
  baseURL?: string; // of another server
}

// Opens an address of the dashboard, from the start. The tests of a file have
// one page after the other in the same window: a window of its own for each
// would take most of the time.
export async function open(
  path: string,
  {
    viewport = { width: 1280, height: 900 },
    colorScheme = 'light',
    locale = 'en',
    baseURL = inject('pages'),
  }: View = {},
): Promise<Page> {
  const usual = locale === 'en' && baseURL === inject('pages');
  const page = usual
    ? (shared ??= await newPage(baseURL, locale))
    : await newPage(baseURL, locale);
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme });
  await page.mouse.move(0, 0);
  await page.goto(path);
  await page.locator('main h1').waitFor();
  return page;
}

// Opens an address that is none of the dashboard's, where nothing is expected.
export async function openElsewhere(address: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  return page;
}

// A model's file, as the API has it.
export async function exported(
  model: string,
  format: ModelFormat,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const { chunk } of registry.exportModel({ model, format })) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

// What a page saved.
export async function contentOf(download: Download): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const stream = await download.createReadStream();
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
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
  const content = (await contentOf(await download)).toString();
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

// Lets no answer to a method through, once told so, until it is told otherwise.
export async function hold(page: Page, method: string) {
  let letGo = () => {};
  const mayGo = new Promise<void>((resolve) => (letGo = resolve));
  const calls = `**/microgpt.v1.${method}`;
  await page.route(calls, async (route) => {
    await mayGo;
    // The page may have given it up by now.
    await route.continue().catch(() => {});
  });
  return {
    asked: () => page.waitForRequest(calls),
    letGo: async () => {
      letGo();
      await page.unroute(calls);
    },
  };
}
