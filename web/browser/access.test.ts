// SPDX-License-Identifier: MIT
//
// Every page by the rules of WCAG 2.1 AA, as far as a program can tell, light
// and dark, on a telephone and on a desk; no wider than the window, in every
// language; and with --pictures for people to look at: browser/screenshots/.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import axe from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';

import { microgpt, open, openElsewhere, useBrowser } from './dashboard';

useBrowser();

const pictures = fileURLToPath(new URL('./screenshots', import.meta.url));
let job = '';
let other = '';

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  const wait = { seconds: 60n };
  const train = (config: object) =>
    microgpt.train({ model: 'looks', dataset: 'names', config, wait });
  job = (await train({ steps: 400, validation: 0.1 })).job;
  other = (await train({ steps: 300, nEmbd: 32, validation: 0.1 })).job;
});

const views: [name: string, path: () => string, ready?: string][] = [
  ['models', () => '/models', 'tr[data-model]'],
  ['model', () => '/models/looks@1', 'dl'],
  ['train', () => '/train?n_embd=0', 'form'],
  ['run', () => `/runs/${job}?step=20`, 'main canvas'],
  ['compare', () => `/compare?runs=${job},${other}`, 'tr.different'],
  ['generate', () => '/playground?model=looks@1', 'form'],
  ['score', () => '/playground/score?model=looks@1&text=emma%0Azzx', '.strip'],
  ['draw', () => '/playground/draw?model=looks@1&seed=3', '.bar'],
  ['matrix', () => '/playground/matrix?model=looks@1', 'main canvas'],
  ['system', () => '/system', 'tr[data-job]'],
  ['inside', () => '/models/looks@1/inside?text=emma', '[data-testid=loss]'],
  [
    'gradients',
    () => '/models/looks@1/inside?text=emma&view=gradients',
    'section[aria-label="Gradient of each tensor"]',
  ],
  [
    'steps-attention',
    () => '/models/looks@1/inside?text=emma&view=steps&position=2&frame=1',
    'section[aria-label="Attention weights, layer 0"]',
  ],
  [
    'steps-draw',
    () => '/models/looks@1/inside?text=emma&view=steps&frame=5',
    'section[aria-label="Dart on the running sum"]',
  ],
  ['inside-run', () => `/runs/${job}/inside?text=ava&step=20`, '.multiples'],
  ['weights', () => '/models/looks@1/weights', '.chosen'],
  ['learn-tokens', () => '/learn', '.tiles'],
  ['learn-gradients', () => '/learn?lesson=2', 'canvas'],
  ['learn-attention', () => '/learn?lesson=3', '.multiples'],
  ['learn-training', () => `/learn?lesson=4&job=${job}`, 'main canvas'],
  [
    'learn-generation',
    () => '/learn?lesson=5&prefix=ka',
    'section[aria-label="Dart on the running sum"]',
  ],
  ['not-found', () => '/nowhere'],
];

const telephone = { width: 375, height: 812 };
const tablet = { width: 768, height: 1024 };
const desk = { width: 1280, height: 900 };
const wall = { width: 2560, height: 1440 };

const all = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

async function expectNoViolation(page: Page, rules: string[], what: string) {
  const result = await page.evaluate(
    (runOnly) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run({
        runOnly,
        resultTypes: ['violations'],
      }),
    rules,
  );
  const found = result.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join('\n')}`,
  );
  expect(found, what).toEqual([]);
}

// axe judges no text on a ground that is not of one colour.
function withoutShades() {
  const [sheet] = document.styleSheets;
  sheet!.insertRule('.scroll { background: none !important }');
}

// How light the left and the right edge of an element are, 0..255: the median of
// the outermost pixels, of which text covers few.
async function edgesOf(element: Locator, elsewhere: Page) {
  const picture = (await element.screenshot()).toString('base64');
  return elsewhere.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes]));
    const { width, height } = image;
    const context = new OffscreenCanvas(width, height).getContext('2d')!;
    context.drawImage(image, 0, 0);
    const median = (x: number) => {
      const { data } = context.getImageData(x, 0, 1, height);
      return data.filter((_, i) => i % 4 === 1).sort()[height >> 1]!;
    };
    return { left: median(1), right: median(width - 2) };
  }, picture);
}

// By how much the page is wider than the window, once charts have taken the
// room that they have now.
async function expectNoOverflow(page: Page, what: string) {
  const excess = () =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const { documentElement } = document;
          const measure = () =>
            resolve(documentElement.scrollWidth - documentElement.clientWidth);
          requestAnimationFrame(() => requestAnimationFrame(measure));
        }),
    );
  await expect.poll(excess, { message: `${what}: too wide` }).toBe(0);
}

async function takePicture(page: Page, name: string) {
  if (!process.env['DASHBOARD_PICTURES']) return;
  await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
}

async function look(page: Page, name: string) {
  await expectNoOverflow(page, name);
  await takePicture(page, name);
}

// In one window that changes: another one takes longer to open than to test.
it.each(views)('%s can be read by everybody', async (name, path, ready) => {
  const page = await open(path(), { viewport: telephone });
  if (ready) await page.locator(ready).first().waitFor();
  await page.evaluate(axe.source);
  await page.evaluate(withoutShades);
  // Of the other colours, only contrasts can be wrong where the rest is right.
  for (const [colorScheme, size, rules] of [
    ['light', telephone, all],
    ['dark', telephone, ['color-contrast']],
    ['dark', desk, all],
    ['light', desk, ['color-contrast']],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    const what = `${name}-${size.width}-${colorScheme}`;
    await look(page, what);
    await expectNoViolation(page, [...rules], what);
  }
  const choice = page.locator('select:has(option[lang])');
  for (const [size, tag] of [
    [tablet, 'en'],
    [wall, 'en'],
    [wall, 'ja'],
    [wall, 'zh-Hans'],
    [telephone, 'zh-Hans'],
    [telephone, 'ja'],
  ] as const) {
    await page.setViewportSize(size);
    // On a telephone it is in a menu, which is closed.
    await choice.selectOption(tag, { force: true });
    await page.locator(`html[lang="${tag}"]`).waitFor();
    await look(page, `${name}-${size.width}-${tag}`);
  }
});

it('is shown in the reader’s language, and in another on request', async () => {
  const page = await open('/models', { locale: 'ja-JP' });
  expect(await page.locator('h1').textContent()).toBe('モデル');
  await page.getByLabel('言語').selectOption('zh-Hans');
  await expect.poll(() => page.locator('h1').textContent()).toBe('模型');
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hans');
  await page.reload();
  await expect.poll(() => page.locator('h1').textContent()).toBe('模型');
});

it('keeps the theme that was chosen', async () => {
  const page = await open('/models', { colorScheme: 'light' });
  const ground = () =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByLabel('Theme').selectOption('dark');
  // Without motion every change still takes a frame.
  await expect.poll(ground).not.toBe(light);
  const dark = await ground();
  await page.reload();
  await page.locator('h1').waitFor();
  expect(await ground()).toBe(dark);
});

it('shades the edge behind which more is hidden', async () => {
  const elsewhere = await openElsewhere('about:blank');
  for (const [colorScheme, path, ready] of [
    ['light', '/models', 'tr[data-model]'],
    ['dark', '/models', 'tr[data-model]'],
    ['light', '/learn?lesson=2', 'canvas'],
    ['dark', '/learn?lesson=2', 'canvas'],
  ] as const) {
    const page = await open(path, { viewport: telephone, colorScheme });
    const box = page.locator('.scroll', { has: page.locator(ready) });
    await box.waitFor();
    // The other edge has the card's own ground.
    const shaded = async () => {
      const { left, right } = await edgesOf(box, elsewhere);
      if (Math.abs(left - right) < 10) return 'neither';
      const rightIsGround =
        colorScheme === 'light' ? right > left : right < left;
      return rightIsGround ? 'left' : 'right';
    };
    await expect.poll(shaded, { message: path }).toBe('right');
    await box.evaluate((element) => (element.scrollLeft = 10_000));
    await expect.poll(shaded, { message: path }).toBe('left');
  }
});

it('opens everything on a telephone by the keyboard', async () => {
  const viewport = { width: 375, height: 700 };
  const page = await open('/models', { viewport });
  await page.getByRole('button', { name: 'Open menu' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'System' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/system$/);
  // The reader is at the new page's heading, and the menu is out of the way.
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.tagName))
    .toBe('H1');
  expect(await page.getByRole('link', { name: 'Train' }).isVisible()).toBe(
    false,
  );
});
