// SPDX-License-Identifier: MIT
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';

import { TraceRequest_Part as Part } from '../src/gen/microgpt/v1/inspector_pb';
import {
  csv,
  expectRefusal,
  hold,
  inspector,
  microgpt,
  numberIn,
  open,
  useBrowser,
} from './dashboard';

useBrowser();

const model = 'within';
const text = 'emma';

beforeAll(async () => {
  const documents = ['emma', 'emily', 'mia', 'amelie', 'lea', 'milo', 'ella'];
  const config = { steps: 200, nLayer: 2 };
  const wait = { seconds: 30n };
  await microgpt.train({ model, documents, config, wait });
});

function figure(page: Page, name: string | RegExp): Locator {
  return page.getByRole('region', { name, exact: true }).first();
}

// The numbers of a file without its heading and the labels of its rows; those
// that are missing are left out.
function numbers(rows: string[][]): number[] {
  return rows
    .slice(1)
    .flatMap((row) => row.slice(1))
    .filter((field) => field !== '')
    .map(Number);
}

// As the pages write a token that comes next.
const labelOf = (text: string) => text || '⟨end⟩';

// Rows of a matrix that comes as one list.
function rowsOf(matrix: { shape: number[]; values: number[] }): number[][] {
  const width = matrix.shape.at(-1)!;
  return Array.from({ length: matrix.values.length / width }, (_, row) =>
    matrix.values.slice(row * width, (row + 1) * width),
  );
}

function cosine(a: number[], b: number[]): number {
  const sum = a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  return sum / (Math.hypot(...a) * Math.hypot(...b));
}

function expectClose(found: number[], expected: number[]) {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(found[i]).toBeCloseTo(value, 6);
  }
}

it('shows the surprise of each character and the loss of the text', async () => {
  const trace = await inspector.trace({ model, text });
  const page = await open(`/models/${model}/inside?text=${text}`);
  const tiles = page.locator('fieldset label');
  await tiles.first().waitFor();
  const shown = await tiles.locator('.loss').allTextContents();
  expect(shown.map(numberIn)).toEqual(
    trace.positions.map(({ loss }) => Number(loss!.toFixed(2))),
  );
  const loss = await page.getByTestId('loss').textContent();
  expect(numberIn(loss)).toBeCloseTo(trace.loss, 4);
});

it('lists what may come next at the position that is chosen', async () => {
  const trace = await inspector.trace({ model, text });
  const page = await open(`/models/${model}/inside?text=${text}`);
  await page.locator('fieldset label').nth(1).click();
  expect(new URL(page.url()).searchParams.get('position')).toBe('1');
  const bars = figure(page, 'What comes after ⟨e');
  await bars.waitFor();
  const labels = await bars.locator('.label').allTextContents();
  const values = await bars.locator('.value').allTextContents();
  const { candidates, entropy } = trace.positions[1]!;
  expect(labels).toEqual(candidates.map(({ token }) => labelOf(token!.text)));
  expect(values.length).toBe(candidates.length);
  for (const [i, { probability }] of candidates.entries()) {
    // As exact as a tenth of a percent, halves being rounded either way.
    expect(Math.abs(numberIn(values[i]!) - 100 * probability)).toBeLessThan(
      0.0501,
    );
  }
  const said = await bars.getByText(/^Entropy/).textContent();
  expect(numberIn(said)).toBe(Number(entropy.toFixed(2)));
  expect((await csv(page, 'What comes after ⟨e')).slice(1)).toEqual(
    candidates.map(({ token, probability }) => [
      labelOf(token!.text),
      String(probability),
    ]),
  );
});

it('shows the attention of every head as the API gives it', async () => {
  const trace = await inspector.trace({ model, text });
  const page = await open(`/models/${model}/inside?text=${text}`);
  const heads = trace.layers[0]!.weights!.shape[0]!;
  const pictures = page.getByRole('button', { name: /Enlarge layer/ });
  await pictures.first().waitFor();
  expect(await pictures.count()).toBe(trace.layers.length * heads);
  await page.getByRole('button', { name: /Enlarge layer 1, head 2$/ }).click();
  const name = 'Attention of layer 1, head 2';
  await figure(page, name).waitFor();
  const n = trace.positions.length;
  const all = trace.layers[1]!.weights!.values.slice(2 * n * n, 3 * n * n);
  const causal = all.filter((_, i) => i % n <= Math.floor(i / n));
  expect(numbers(await csv(page, name))).toEqual(causal);
  expect(page.url()).toContain('layer=1&head=2');
});

it('reads a weight out under the keyboard’s cursor', async () => {
  const trace = await inspector.trace({ model, text });
  const page = await open(`/models/${model}/inside?text=${text}`);
  const chart = figure(page, 'Attention of layer 0, head 0');
  await chart.getByRole('application').focus();
  // The first one brings the cursor to the first cell.
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight']) {
    await page.keyboard.press(key);
  }
  const n = trace.positions.length;
  const weight = trace.layers[0]!.weights!.values[2 * n + 1]!;
  const read = await chart.locator('.readout').textContent();
  expect(read).toContain('from 2 m, to 1 e');
  expect(Number(read!.split(': ')[1])).toBeCloseTo(weight, 3);
});

it('has the numbers of heads, neurons and the stream', async () => {
  const trace = await inspector.trace({ model, text });
  const page = await open(`/models/${model}/inside?text=${text}&layer=1`);
  const layer = trace.layers[1]!;
  await figure(page, 'MLP neurons, layer 1').waitFor();
  expect(numbers(await csv(page, 'Head outputs, layer 1'))).toEqual(
    layer.headOutputs!.values,
  );
  expect(numbers(await csv(page, 'MLP neurons, layer 1'))).toEqual(
    layer.mlpHidden!.values.map((value) => Math.max(0, value)),
  );
  const active = figure(page, 'MLP neurons, layer 1').getByText(/are on$/);
  expect(numberIn(await active.textContent())).toBe(
    Math.round(100 * layer.mlpActive),
  );
  const norms = numbers(await csv(page, 'Length of the residual stream'));
  const width = layer.residual!.shape[1]!;
  const last = layer.residual!.values.slice(-width);
  expect(norms.at(-1)).toBeCloseTo(Math.hypot(...last), 6);
});

it('tells how each stage turns the stream, and how alike positions are', async () => {
  const trace = await inspector.trace({ model, text });
  const page = await open(`/models/${model}/inside?text=${text}&stage=3`);
  const stages = [
    trace.embedding!,
    ...trace.layers.flatMap(({ residualMiddle, residual }) => [
      residualMiddle!,
      residual!,
    ]),
  ].map(rowsOf);
  const turns = 'Direction kept by each stage';
  await figure(page, turns).waitFor();
  expectClose(
    numbers(await csv(page, 'Length of the residual stream')),
    stages.flatMap((rows) => rows.map((row) => Math.hypot(...row))),
  );
  expectClose(
    numbers(await csv(page, turns)),
    stages
      .slice(1)
      .flatMap((rows, stage) =>
        rows.map((row, at) => cosine(stages[stage]![at]!, row)),
      ),
  );
  const rows = stages[3]!;
  expectClose(
    numbers(await csv(page, 'How alike the positions are')),
    rows.flatMap((a) => rows.map((b) => cosine(a, b))),
  );
});

it('tells how the order of the leading tokens forms', async () => {
  const trace = await inspector.trace({ model, text });
  const page = await open(`/models/${model}/inside?text=${text}&position=1`);
  const name = 'How the order forms at position 1';
  await figure(page, name).waitFor();
  const at = trace.lens.map(({ positions }) => positions[1]!.candidates);
  const leading = at.at(-1)!.slice(0, 5);
  const [head, ...rows] = await csv(page, name);
  expect(head!.slice(1)).toEqual(
    leading.map(({ token }) => labelOf(token!.text)),
  );
  expect(rows.map((row) => row.slice(1))).toEqual(
    at.map((candidates) =>
      leading.map(({ token }) => {
        const same = candidates.find((other) => other.token!.id === token!.id);
        return same ? String(same.probability) : '';
      }),
    ),
  );
});

it('guesses after each stage what the lens of the API guesses', async () => {
  const trace = await inspector.trace({ model, text });
  const page = await open(`/models/${model}/inside?text=${text}`);
  await figure(page, 'Logit lens').waitFor();
  const rows = (await csv(page, 'Logit lens')).slice(1);
  expect(rows.map((row) => Number(row[3]))).toEqual(
    trace.lens.flatMap(({ positions }) =>
      positions.map(({ candidates }) => candidates[0]!.probability),
    ),
  );
});

it('computes gradients when they are asked for', async () => {
  const page = await open(`/models/${model}/inside?text=${text}`);
  await page.getByRole('button', { name: 'Gradients', exact: true }).click();
  await figure(page, 'Gradient of each tensor').waitFor();
  const { gradients } = await inspector.trace({
    model,
    text,
    parts: [Part.GRADIENTS],
  });
  expect(numbers(await csv(page, 'Gradient of each tensor'))).toEqual(
    gradients!.tensors,
  );
});

it('computes the gradients of the stream and of the attention', async () => {
  const page = await open(
    `/models/${model}/inside?text=${text}&view=gradients&layer=1&head=2`,
  );
  const { gradients } = await inspector.trace({
    model,
    text,
    parts: [Part.GRADIENTS],
  });
  const stream = 'Gradient of the residual stream';
  await figure(page, stream).waitFor();
  const stages = [
    gradients!.embedding!,
    ...gradients!.layers.flatMap(({ residualMiddle, residual }) => [
      residualMiddle!,
      residual!,
    ]),
  ];
  const found = numbers(await csv(page, stream));
  const expected = stages.flatMap((stage) =>
    rowsOf(stage).map((row) => Math.hypot(...row)),
  );
  expect(Math.max(...expected)).toBeGreaterThan(0);
  expectClose(found, expected);
  const weights = gradients!.layers[1]!.weights!;
  const n = weights.shape[1]!;
  const head = weights.values.slice(2 * n * n, 3 * n * n);
  expect(
    numbers(
      await csv(page, 'Gradient of the attention weights, layer 1, head 2'),
    ),
  ).toEqual(head.filter((_, i) => i % n <= Math.floor(i / n)));
});

it('follows what is typed', async () => {
  const page = await open(`/models/${model}/inside`);
  await page.getByLabel('Text', { exact: true }).fill('mia');
  await page.locator('fieldset label').nth(3).waitFor();
  await page.waitForURL(/text=mia/);
  const trace = await inspector.trace({ model, text: 'mia' });
  await expect
    .poll(async () => numberIn(await page.getByTestId('loss').textContent()))
    .toBeCloseTo(trace.loss, 4);
});

it('says at the field what the model cannot read', async () => {
  const page = await open(`/models/${model}/inside?text=emma`);
  await page.getByTestId('loss').waitFor();
  const field = page.getByLabel('Text', { exact: true });
  await field.fill('emm7');
  const sentence = await inspector
    .trace({ model, text: 'emm7' })
    .catch((error) => error.rawMessage as string);
  await page.getByText(sentence as string).waitFor();
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  expectRefusal(400);
});

it('goes step by step to the token that the seed draws', async () => {
  const page = await open(
    `/models/${model}/inside?text=${text}&view=steps&position=2&seed=7`,
  );
  const slider = page.getByLabel('Stage', { exact: true });
  await slider.focus();
  await page.keyboard.press('End');
  await figure(page, 'Dart on the running sum').waitFor();
  const { draw } = await inspector.nextTokens({
    model,
    prefix: 'em',
    given: 2,
    temperature: 0.5,
    seed: 7,
    top: 0,
  });
  // As the sentence says, Generate draws it.
  const request = { model, prefix: 'em', seed: 7, count: 1 };
  for await (const { samples } of microgpt.generate(request)) {
    const [sample] = samples;
    if (sample) expect(sample.text.at(2) ?? '').toBe(draw!.token!.text);
  }
  const sentence = await page.getByText(/^The dart/).textContent();
  expect(numberIn(sentence)).toBeCloseTo(draw!.number, 4);
  expect(sentence).toContain(draw!.token!.text || 'end');
});

it('shows no dart of another position while the answer is late', async () => {
  const page = await open(
    `/models/${model}/inside?text=${text}&view=steps&position=2&seed=7&frame=7`,
  );
  const dart = page.getByText(/^The dart/);
  await dart.waitFor();
  const { asked, letGo } = await hold(page, 'Inspector/NextTokens');
  const call = asked();
  await page.locator('fieldset label').nth(1).click();
  await call;
  expect(await dart.count()).toBe(0);
  await letGo();
  const { draw } = await inspector.nextTokens({
    model,
    prefix: 'e',
    given: 1,
    temperature: 0.5,
    seed: 7,
  });
  await dart.waitFor();
  expect(numberIn(await dart.textContent())).toBeCloseTo(draw!.number, 4);
});

it('plays the stages one after the other, and pauses', async () => {
  const page = await open(`/models/${model}/inside?text=${text}&view=steps`);
  const frame = () => Number(new URL(page.url()).searchParams.get('frame'));
  // The checkpoints above have such buttons, too.
  const player = page.locator('.player');
  const button = (name: string) =>
    player.getByRole('button', { name, exact: true });
  await button('Play').click();
  await expect.poll(frame, { timeout: 10_000 }).toBe(2);
  await button('Pause').click();
  await button('Play').waitFor();
  const slider = page.getByLabel('Stage', { exact: true });
  await expect.poll(() => slider.inputValue()).toBe(String(frame()));
});

it('shows what a step adds to the residual stream', async () => {
  const trace = await inspector.trace({ model, text });
  const page = await open(
    `/models/${model}/inside?text=${text}&view=steps&position=3&frame=1`,
  );
  const name = 'What attention adds to the stream';
  await figure(page, name).waitFor();
  const [before, added, after] = (await csv(page, name)).slice(1);
  const row = (values: number[]) => values.slice(3 * 16, 4 * 16);
  const layer = trace.layers[0]!;
  const shown = (line: string[]) => line.slice(1).map(Number);
  expect(shown(before!)).toEqual(row(trace.embedding!.values));
  expect(shown(added!)).toEqual(row(layer.attentionOutput!.values));
  expect(shown(after!)).toEqual(row(layer.residualMiddle!.values));
});

it('shows what a position asks, and the scores of the answers', async () => {
  const parts = [Part.QUERIES];
  const { layers } = await inspector.trace({ model, text, parts });
  const page = await open(
    `/models/${model}/inside?text=${text}&view=steps&position=2&frame=3`,
  );
  const { queries, keys, values, scores } = layers[1]!;
  await figure(page, 'Query, key and value').waitFor();
  const [, ...rows] = await csv(page, 'Query, key and value');
  expect(rows.map((row) => row.slice(1).map(Number))).toEqual(
    [queries!, keys!, values!].map((array) => rowsOf(array)[2]!),
  );
  const name = 'Attention scores, layer 1';
  const [heads, n] = scores!.shape as [number, number, number];
  const shown = (await csv(page, name)).slice(1);
  expect(shown.map((row) => row.slice(1).map(Number))).toEqual(
    Array.from({ length: heads }, (_, head) =>
      rowsOf(scores!)[head * n + 2]!.slice(0, 3),
    ),
  );
});

it('has the logits and probabilities of the last stages', async () => {
  const steps = `/models/${model}/inside?text=${text}&view=steps&position=2`;
  const { next } = await inspector.nextTokens({
    model,
    prefix: 'em',
    temperature: 0.5,
    seed: 7,
    top: 0,
  });
  const shown = next!.candidates.slice(0, 10);
  const labels = shown.map(({ token }) => labelOf(token!.text));
  const page = await open(`${steps}&seed=7&frame=5`);
  await figure(page, 'Logits').waitFor();
  expect((await csv(page, 'Logits')).slice(1)).toEqual(
    shown.map(({ logit }, i) => [labels[i], String(logit)]),
  );
  await open(`${steps}&seed=7&frame=6`);
  const bars = figure(page, 'Probabilities');
  await bars.waitFor();
  expect((await csv(page, 'Probabilities')).slice(1)).toEqual(
    shown.map(({ probability }, i) => [labels[i], String(probability)]),
  );
  const drawn = await bars.getByText(/^drawn with/).allTextContents();
  expect(drawn.length).toBe(shown.length);
  for (const [i, said] of drawn.entries()) {
    const off = numberIn(said) - 100 * shown[i]!.drawn;
    expect(Math.abs(off)).toBeLessThan(0.0501);
  }
});

it('shows what a model expects of a string, and texts as long as can be', async () => {
  const page = await open(`/models/${model}/inside`);
  await figure(page, 'What comes after ⟨').waitFor();
  expect(await page.locator('fieldset label').count()).toBe(1);
  await page.getByLabel('Text', { exact: true }).fill('emmaemmaemmaemma');
  await page.locator('fieldset label').nth(15).waitFor();
  const trace = await inspector.trace({ model, text: 'emmaemmaemmaemma' });
  expect(await page.locator('fieldset label').count()).toBe(
    trace.positions.length,
  );
});
