// SPDX-License-Identifier: MIT
//
// A way through the dashboard with keys alone. Where the focus stops it can be
// seen, each time.
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';

import { inspector, microgpt, open, useBrowser } from './dashboard';

useBrowser();

// Whether the focus is on an element, and whether a reader can tell where it
// is: something is drawn around it, or around its label, and it is in sight.
function focusOf(wanted: Locator) {
  return wanted.evaluate((element) => {
    const focused = document.activeElement!;
    const shown = [focused, focused.closest('label')].filter((e) => e !== null);
    const ring = shown.some((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
    });
    const { top, bottom, left, right } = focused.getBoundingClientRect();
    const within =
      bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
    const what = focused.outerHTML.slice(0, 200);
    return { there: focused === element, ring, within, what };
  });
}

// Goes from stop to stop until the focus is where it is wanted, once there is
// such a place.
async function tabTo(page: Page, wanted: Locator) {
  await wanted.waitFor({ state: 'attached' });
  for (let stops = 0; stops < 120; ++stops) {
    await page.keyboard.press('Tab');
    const focus = await focusOf(wanted);
    expect(focus, focus.what).toMatchObject({ ring: true, within: true });
    if (focus.there) return;
  }
  throw new Error(`no way to ${wanted}`);
}

const query = (page: Page) => new URL(page.url()).searchParams;

// From the top of a page that was just opened. Backwards would lead through all
// models that the server has by then.
async function goTo(page: Page, name: string, address: RegExp) {
  const link = page
    .getByRole('navigation', { name: 'Pages' })
    .getByRole('link', { name, exact: true });
  await tabTo(page, link);
  await page.keyboard.press('Enter');
  await page.waitForURL(address);
  await expectHeading(page);
}

// Each new page begins at its heading, behind the navigation.
async function expectHeading(page: Page) {
  const heading = () =>
    page.evaluate(
      () => document.activeElement === document.querySelector('h1'),
    );
  await expect.poll(heading).toBe(true);
}

async function press(page: Page, button: Locator, key = 'Enter') {
  await tabTo(page, button);
  await page.keyboard.press(key);
}

async function typeInto(page: Page, field: Locator, value: string) {
  await tabTo(page, field);
  await page.keyboard.type(value);
}

it('goes over what is in front, and back out of a window', async () => {
  const page = await open('/models');
  await tabTo(page, page.getByRole('link', { name: 'Skip to content' }));
  await page.keyboard.press('Enter');
  // Behind the navigation: the first stop is the page's own.
  const button = page.getByRole('button', { name: 'Import', exact: true });
  await page.keyboard.press('Tab');
  expect((await focusOf(button)).there).toBe(true);
  await page.keyboard.press('Space');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await tabTo(page, dialog.getByLabel('Model name'));
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  expect((await focusOf(button)).there).toBe(true);
});

it('trains, stops, and looks inside what was learnt', async () => {
  const page = await open('/models');
  await goTo(page, 'Train', /\/train$/);
  const field = (name: string) => page.locator(`input[name="${name}"]`);
  await typeInto(page, page.getByLabel('Model name'), 'typed');
  await typeInto(page, field('n_layer'), '2');
  await typeInto(page, field('n_embd'), '32');
  await typeInto(page, field('steps'), '1000000');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/runs\//);
  await expectHeading(page);

  const job = new URL(page.url()).pathname.split('/')[2]!;
  const learnt = async () => (await microgpt.getStatus({ job })).step;
  await expect.poll(learnt, { timeout: 20_000 }).toBeGreaterThan(0);
  await press(page, page.getByRole('button', { name: 'Stop', exact: true }));
  await page.locator('[data-state="CANCELLED"]').waitFor();

  await press(page, page.getByRole('link', { name: 'Look inside a text' }));
  await page.waitForURL(/\/inside/);
  await expectHeading(page);
  await stepBack(page);
  await typeInto(page, page.getByLabel('Text', { exact: true }), 'mia');
  await page.locator('fieldset label').nth(3).waitFor();
  await choosePlace(page);
  await readWeight(page, job);
});

async function stepBack(page: Page) {
  await tabTo(page, page.getByRole('slider', { name: 'Checkpoint' }));
  await page.keyboard.press('Home');
  await expect.poll(() => query(page).get('step')).toBe('0');
}

async function choosePlace(page: Page) {
  await tabTo(page, page.locator('fieldset input:checked'));
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => query(page).get('position')).toBe('2');
  await tabTo(
    page,
    page.locator('label', { hasText: /^\s*Layer/ }).locator('select'),
  );
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => query(page).get('layer')).toBe('1');
  await tabTo(
    page,
    page.locator('label', { hasText: /^\s*Head/ }).locator('select'),
  );
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => query(page).get('head')).toBe('1');
}

async function readWeight(page: Page, job: string) {
  const chart = page.getByRole('region', {
    name: 'Attention of layer 1, head 1',
    exact: true,
  });
  await tabTo(page, chart.getByRole('application'));
  // The first one brings the cursor to the first cell.
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight']) {
    await page.keyboard.press(key);
  }
  const trace = await inspector.trace({ job, step: 0, text: 'mia' });
  const n = trace.positions.length;
  const weights = trace.layers[1]!.weights!.values.slice(n * n, 2 * n * n);
  const read = await chart.locator('.readout').textContent();
  expect(Number(read!.split(': ')[1])).toBeCloseTo(weights[2 * n + 1]!, 3);
}

it('draws strings with conditions, and keeps its place', async () => {
  const documents = ['emma', 'mia', 'mara', 'noemi'];
  const wait = { seconds: 30n };
  await microgpt.train({ model: 'drawn', documents, wait });
  const page = await open('/models');
  await goTo(page, 'Playground', /\/playground/);
  await tabTo(page, page.locator('select[name="model"]'));
  await page.keyboard.type('names');
  await expect.poll(() => query(page).get('model')).toBe('names@1');
  await typeInto(page, page.locator('input[name="count"]'), '4');
  await typeInto(page, page.locator('input[name="prefix"]'), 'ma');
  await press(page, page.locator('input[name="unique"]'), 'Space');
  await expect.poll(() => query(page).get('unique')).toBe('1');
  const generate = page.getByRole('button', { name: 'Generate', exact: true });
  await press(page, generate);
  const strings = page.locator('td.string');
  await expect.poll(() => strings.count()).toBe(4);
  for (const text of await strings.allTextContents()) {
    expect(text.trim()).toMatch(/^ma/);
  }
  // A button that is busy for a moment keeps the focus.
  expect((await focusOf(generate)).there).toBe(true);
});
