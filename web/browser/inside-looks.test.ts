// SPDX-License-Identifier: MIT
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';

import { microgpt, open, useBrowser } from './dashboard';

useBrowser();

const model = 'looked-at';

beforeAll(async () => {
  const documents = [
    'emma',
    'emily',
    'mia',
    'amelie',
    'さくら',
    '秋の山',
    '7/3',
  ];
  const config = { steps: 100 };
  const wait = { seconds: 30n };
  await microgpt.train({ model, documents, config, wait });
});

// What has to be there before a page is looked at.
const pages = [
  [`/models/${model}/inside?text=emma&position=2`, 'Logit lens'],
  [
    `/models/${model}/inside?text=秋の山&view=gradients`,
    'Gradient of each tensor',
  ],
  [`/models/${model}/inside?text=emma&view=steps&frame=1`, 'Attention weights'],
  [`/models/${model}/inside?text=emma&view=steps&frame=5`, 'Dart'],
  [`/models/${model}/weights`, 'Weights of wte'],
  ['/learn?lesson=1', 'Surprise per character'],
  ['/learn?lesson=2', 'A neuron with its loss'],
  ['/learn?lesson=3', 'Attention of all heads'],
  ['/learn?lesson=4', ''],
  ['/learn?lesson=5', 'Dart'],
] as const;

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
    }),
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`,
  );
}

it.each(
  pages.flatMap(([path, shown]) =>
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      [375, 1280].map((width) => ({ path, shown, colorScheme, width })),
    ),
  ),
)('$path, $colorScheme at $width', async (view) => {
  const { path, shown, colorScheme, width } = view;
  const viewport = { width, height: 900 };
  const page = await open(path, { colorScheme, viewport });
  if (shown) {
    const name = new RegExp(`^${shown}`);
    await page.getByRole('region', { name }).first().waitFor();
  }
  expect(await violations(page)).toEqual([]);
  // Nothing sticks out to the right.
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(width);
  const file = `${path.replace(/\W+/g, '-')}-${colorScheme}-${width}.png`;
  await page.screenshot({
    path: `browser/screenshots/${file}`,
    fullPage: true,
  });
});
