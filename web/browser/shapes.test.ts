// SPDX-License-Identifier: MIT
//
// Models that are not like the usual ones: thousands of tokens, many heads, tokens
// of several code points, long texts.
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';

import { Tokenizer } from '../src/gen/microgpt/v1/microgpt_pb';
import { ModelFormat } from '../src/gen/microgpt/v1/registry_pb';
import {
  csv,
  expectRefusal,
  exported,
  inspector,
  microgpt,
  numberIn,
  open,
  registry,
  useBrowser,
} from './dashboard';

useBrowser();

// 2,400 Chinese characters in strings of eight: with BOS 2,401 tokens.
const han = Array.from({ length: 2400 }, (_, index) =>
  String.fromCodePoint(0x4e00 + index),
);
const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}';
const flag = '\u{1f1ef}\u{1f1f5}';
const accented = 'e\u0301';
const syllable = '\u0915\u094d\u0937\u093f'; // Devanagari kshi
const hebrew = '\u05e9\u05dc\u05d5\u05dd';

beforeAll(async () => {
  const wait = { seconds: 30n };
  const strings = Array.from({ length: 300 }, (_, row) =>
    han.slice(8 * row, 8 * row + 8).join(''),
  );
  const train = (model: string, documents: string[], config: object) =>
    microgpt.train({ model, documents, config, wait });
  const letters = ['emma', 'mia', 'amelie', 'lea', 'milo', 'ella'];
  await train('han', strings, { steps: 60 });
  await train('heads', letters, { steps: 60, nLayer: 2, nHead: 8 });
  await train('long', letters, { steps: 40, blockSize: 256 });
  await train(
    'graphemes',
    [
      family + flag,
      accented + syllable,
      `a b ${flag}`,
      `${hebrew} ${hebrew}`,
      family,
    ],
    { steps: 60, blockSize: 12, tokenizer: Tokenizer.GRAPHEME },
  );
});

const figure = (page: Page, name: string): Locator =>
  page.getByRole('region', { name, exact: true });

const encoded = encodeURIComponent;

// The page is no wider than the window: what is wider scrolls in its own box.
async function expectToFit(page: Page) {
  const [wide, room] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    innerWidth,
  ]);
  expect(wide).toBeLessThanOrEqual(room!);
}

function numbers(rows: string[][]): number[] {
  return rows
    .slice(1)
    .flatMap((row) => row.slice(1))
    .filter((field) => field !== '')
    .map(Number);
}

it('looks inside a text of a model with thousands of tokens', async () => {
  const text = han.slice(0, 6).join('');
  const trace = await inspector.trace({ model: 'han', text });
  const page = await open(`/models/han/inside?text=${encoded(text)}`);
  await figure(page, 'Logit lens').waitFor();
  const losses = await page.locator('fieldset .loss').allTextContents();
  expect(losses.map(numberIn)).toEqual(
    trace.positions.map(({ loss }) => Number(loss!.toFixed(2))),
  );
  const rows = (await csv(page, 'Logit lens')).slice(1);
  expect(rows.map((row) => row[2])).toEqual(
    trace.lens.flatMap(({ positions }) =>
      positions.map(({ candidates }) => candidates[0]!.token!.text || '⟩'),
    ),
  );
  await expectToFit(page);
});

it('maps thousands of tokens, and lists the last of their weights', async () => {
  const components = 8;
  const request = { model: 'han', tensor: 'wte', components };
  const { points, tokens } = await inspector.project(request);
  const page = await open(
    '/models/han/weights?tensor=lm_head&row=2400&order=id&from=2399',
  );
  await figure(page, 'Map of wte').waitFor();
  const dots = (await csv(page, 'Map of wte')).slice(1);
  expect(dots.length).toBe(2401);
  expect(dots.map((row) => [row[0], Number(row[2])])).toEqual(
    tokens.map(({ text }, index) => [
      text || '⟩',
      points!.values[index * components],
    ]),
  );
  await page.getByText('Tokens 2,352 to 2,399 of 2,401').waitFor();
  await page.getByText('Rows 2,368 to 2,400 of 2,401').waitFor();
  const { values } = await inspector.getTensor({
    model: 'han',
    tensor: 'lm_head',
    firstRow: 2368,
  });
  expect(numbers(await csv(page, 'Weights of lm_head'))).toEqual(
    values!.values,
  );
  await expectToFit(page);
});

it('asks for a part of a matrix that would have millions of pairs', async () => {
  const { next } = await inspector.nextTokens({ model: 'han', top: 61 });
  const likely = next!.candidates
    .map(({ token }) => token!)
    .filter(({ text }) => text)
    .slice(0, 60)
    .sort((a, b) => a.id - b.id);
  const page = await open('/playground/matrix?model=han');
  await page.getByText('The 60 likeliest characters are shown.').waitFor();
  const [head, ...rows] = await csv(page, 'The model');
  expect(head!.length).toBe(61);
  expect(rows.map(([name]) => name)).toEqual(likely.map(({ text }) => text));
  const [name, ...shown] = rows[7]!;
  const after = await inspector.nextTokens({
    model: 'han',
    prefix: name!,
    top: 300,
  });
  const known = new Map(
    after.next!.candidates.map(({ token, probability }) => [
      token!.text || '⟨end⟩',
      probability,
    ]),
  );
  expect(shown.filter((field) => field !== '').length).toBeGreaterThan(0);
  expect(shown).toEqual(
    head!.slice(1).map((column) => String(known.get(column) ?? '')),
  );
  await expectToFit(page);
});

it('draws the dart on thousands of chances without as many elements', async () => {
  const request = { model: 'han', seed: 1, top: 0 };
  const { draw, next } = await inspector.nextTokens(request);
  expect(next!.candidates.length).toBe(2401);
  const page = await open('/playground/draw?model=han&seed=1');
  const dart = page.locator('[data-value="dart"]');
  await dart.waitFor();
  expect(await dart.textContent()).toBe(
    `The random number ${draw!.number.toFixed(4)} falls on ${draw!.token!.text}.`,
  );
  expect(await page.locator('.segment').count()).toBeLessThan(600);
  const hit = await page.locator('.segment.hit').getAttribute('title');
  expect(hit).toContain(`${draw!.token!.text} `);
  const first = page.locator('tbody tr').first();
  expect(numberIn(await first.locator('td').first().textContent())).toBeCloseTo(
    100 * next!.candidates[0]!.probability,
    1,
  );
});

it('goes to the draw of one token of thousands', async () => {
  const text = han.slice(0, 3).join('');
  const page = await open(
    `/models/han/inside?text=${encoded(text)}&view=steps&seed=5`,
  );
  await page.getByRole('button', { name: 'Draw', exact: true }).click();
  await figure(page, 'Dart on the running sum').waitFor();
  const { draw, next } = await inspector.nextTokens({
    model: 'han',
    prefix: text,
    seed: 5,
    top: 0,
  });
  const rows = (await csv(page, 'Dart on the running sum')).slice(1);
  expect(rows.length).toBe(
    next!.candidates.filter(({ drawn }) => drawn > 0).length,
  );
  const hit = rows.find(([name]) => name === draw!.token!.text)!;
  expect(Number(hit[1])).toBeLessThanOrEqual(draw!.number);
  expect(Number(hit[2])).toBeGreaterThan(draw!.number);
});

it('has every head of every layer, by its picture and by its number', async () => {
  const text = 'emma';
  const trace = await inspector.trace({ model: 'heads', text });
  const n = trace.positions.length;
  const page = await open(`/models/heads/inside?text=${text}`);
  const pictures = page.getByRole('button', { name: /^L\d H\d Enlarge/ });
  await pictures.first().waitFor();
  expect(await pictures.count()).toBe(16);
  const layers = page.getByRole('combobox', { name: 'Layer' });
  const heads = page.getByRole('combobox', { name: 'Head' });
  for (const [layer, { weights }] of trace.layers.entries()) {
    await layers.selectOption(`${layer}`);
    for (let head = 0; head < 8; ++head) {
      await heads.selectOption(`${head}`);
      const picture = pictures.nth(8 * layer + head);
      expect(await picture.textContent()).toContain(`L${layer} H${head}`);
      expect(await picture.getAttribute('aria-pressed')).toBe('true');
      const name = `Attention of layer ${layer}, head ${head}`;
      await figure(page, name).waitFor();
      expect(numbers(await csv(page, name))).toEqual(
        weights!.values
          .slice(head * n * n, (head + 1) * n * n)
          .filter((_, at) => at % n <= Math.floor(at / n)),
      );
    }
  }
  const [columns, ...rows] = await csv(page, 'Head outputs, layer 1');
  expect(columns!.slice(-2)).toEqual(['7·0', '7·1']);
  expect(rows.flatMap((row) => row.slice(1)).map(Number)).toEqual(
    trace.layers[1]!.headOutputs!.values,
  );
});

it('takes a family, a flag and a syllable for one token each', async () => {
  const model = 'graphemes';
  for (const text of [
    family + flag,
    accented + syllable,
    `${hebrew} ${hebrew}`,
  ]) {
    const trace = await inspector.trace({ model, text });
    const page = await open(`/models/${model}/inside?text=${encoded(text)}`);
    await figure(page, 'Surprise per character').waitFor();
    const next = await page.locator('fieldset .next').allTextContents();
    const expected = trace.positions.map(({ next }) => next!.text);
    expect(next.join('')).toBe(text.replace(' ', '␣') + '⟩');
    expect(next.length).toBe(expected.length);
    const lens = (await csv(page, 'Logit lens')).slice(1);
    expect(lens.map((row) => Number(row[3]))).toEqual(
      trace.lens.flatMap(({ positions }) =>
        positions.map(({ candidates }) => candidates[0]!.probability),
      ),
    );
    await expectToFit(page);
  }
});

it('judges a string of graphemes token by token', async () => {
  const text = family + flag;
  const { scores } = await microgpt.score({
    model: 'graphemes',
    texts: [text],
    logprobs: true,
  });
  const page = await open(
    `/playground/score?model=graphemes&text=${encoded(text)}`,
  );
  const parts = page.locator('.part');
  await parts.first().waitFor();
  expect(await parts.locator('span').allTextContents()).toEqual([
    family,
    flag,
    '⟨end⟩',
  ]);
  const bits = await parts.locator('small').allTextContents();
  expect(bits.map(numberIn)).toEqual(
    scores[0]!.tokenLogprobs.map((p) => Number((-p / Math.LN2).toFixed(1))),
  );
});

it('takes a token of several code points back as one, after a reload', async () => {
  const page = await open(
    `/playground/draw?model=graphemes&seed=1&drawn=${encoded(flag + family)}`,
  );
  await page.locator('[data-value="dart"]').waitFor();
  await page.getByRole('button', { name: 'Take the last one back' }).click();
  const drawn = page.locator('[data-value="drawn"]');
  await expect.poll(() => drawn.textContent()).toBe(flag);
});

it('goes from token to token in the map, also to a space', async () => {
  const model = 'graphemes';
  const page = await open(`/models/${model}/weights?token=${encoded(family)}`);
  await figure(page, `Nearest to ${family}`).waitFor();
  const rows = await csv(page, `Nearest to ${family}`);
  expect(rows.length).toBe(11);
  await page.getByLabel('Token', { exact: true }).fill('␣');
  await page.keyboard.press('Enter');
  const space = figure(page, 'Nearest to ␣');
  await space.waitFor();
  const [, [nearest]] = (await csv(page, 'Nearest to ␣')) as [
    string[],
    [string],
  ];
  await space.locator('li button').first().click();
  await figure(page, `Nearest to ${nearest}`).waitFor();
  expect(await page.getByText('The model has no token').count()).toBe(0);
});

it('shows a long text a part at a time, with what lies before it', async () => {
  const text = 'emmamia'.repeat(30);
  const trace = await inspector.trace({ model: 'long', text });
  const n = trace.positions.length;
  expect(n).toBe(211);
  const page = await open(
    `/models/long/inside?text=${text}&position=150&head=2`,
  );
  await page.getByText('Positions 128 to 191 of 211').waitFor();
  expect(await page.locator('fieldset label').count()).toBe(64);
  const weights = trace.layers[0]!.weights!.values;
  const row = weights.slice((2 * n + 150) * n, (2 * n + 151) * n);
  const name = 'Attention of layer 0, head 2';
  const shown = (await csv(page, name))[1 + 150 - 128]!;
  expect(shown[0]).toBe(`150 ${text[149]}`);
  expect(shown.slice(1, 2 + 150 - 128).map(Number)).toEqual(
    row.slice(128, 151),
  );
  const before = row.slice(0, 128).reduce((sum, weight) => sum + weight, 0);
  const sentence = await figure(page, name)
    .getByText('before those in sight')
    .textContent();
  expect(numberIn(sentence)).toBeCloseTo(100 * before, -0.4);
  await page.getByRole('button', { name: 'Positions after' }).click();
  await page.getByText('Positions 192 to 210 of 211').waitFor();
  await expectToFit(page);
});

it('says in the server’s words what a text has too much of', async () => {
  for (const [model, text] of [
    ['long', 'a'.repeat(257)],
    ['graphemes', family.repeat(13)],
    ['graphemes', `${family}Z`],
    ['han', 'か'],
  ] as const) {
    const said = await inspector.trace({ model, text }).then(
      () => '',
      (error) => error.rawMessage as string,
    );
    expect(said).toMatch(/^text: /);
    const page = await open(`/models/${model}/inside?text=${encoded(text)}`);
    await page.getByText(said).waitFor();
    const field = page.getByLabel('Text', { exact: true });
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expectRefusal(400);
    await expectToFit(page);
  }
});

it('explains every picture of the steps', async () => {
  const page = await open('/models/heads/inside?text=emma&view=steps');
  const stages = page.locator('ol.stages button');
  await stages.first().waitFor();
  for (const stage of await stages.all()) {
    await stage.click();
    const name = (await stage.textContent())!.trim();
    const pictures = page
      .locator(`section[aria-label="${name}"]`)
      .first()
      .locator('section.figure');
    await pictures.first().waitFor();
    for (const picture of await pictures.all()) {
      const explanation = picture.getByText('What is this?');
      expect(await explanation.count(), name).toBe(1);
    }
  }
});

it('says of an imported model that it has no training here', async () => {
  const chunk = await exported('heads', ModelFormat.SAFETENSORS);
  async function* file() {
    yield { model: 'brought', chunk };
  }
  const { job } = await registry.importModel(file());
  expect(job).toBe('');
  const page = await open('/models/brought/inside?text=emma');
  const bar = page.getByRole('region', { name: 'What to look at' });
  await bar.getByText('This model was imported').waitFor();
  expect(await bar.getByText('No checkpoints are kept').count()).toBe(0);
  await page.getByLabel('Language').selectOption('ja');
  await page.getByText('このモデルはインポートされたもので').waitFor();
});
