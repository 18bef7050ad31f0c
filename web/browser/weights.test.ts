// SPDX-License-Identifier: MIT
import { beforeAll, expect, it } from 'vitest';

import {
  csv,
  inspector,
  microgpt,
  numberIn,
  open,
  useBrowser,
} from './dashboard';

useBrowser();

const model = 'weighed';

beforeAll(async () => {
  const documents = ['emma', 'emily', 'mia', 'amelie', 'lea', 'milo', 'ella'];
  const wait = { seconds: 30n };
  await microgpt.train({ model, documents, config: { steps: 200 }, wait });
});

const body = (rows: string[][]) => rows.slice(1).map((row) => row.slice(1));

it('maps the tokens where the API projects them', async () => {
  const components = 8;
  const answer = await inspector.project({ model, tensor: 'wte', components });
  const page = await open(`/models/${model}/weights`);
  await page.getByRole('region', { name: 'Map of wte' }).waitFor();
  const rows = (await csv(page, 'Map of wte')).slice(1);
  const points = answer.points!.values;
  expect(rows.map((row) => [Number(row[2]), Number(row[3])])).toEqual(
    answer.tokens.map((_, index) =>
      points.slice(index * components, index * components + 2),
    ),
  );
  const kinds = new Map(rows.map((row) => [row[0], row[1]]));
  expect(kinds.get('e')).toBe('vowel');
  expect(kinds.get('m')).toBe('nasal');
});

it('chooses a point that is clicked, and none beside the points', async () => {
  const page = await open(`/models/${model}/weights?token=m`);
  const map = page.getByRole('region', { name: 'Map of wte' });
  await page.getByRole('region', { name: 'Nearest to m' }).waitFor();
  const token = () => new URL(page.url()).searchParams.get('token');
  const canvas = map.locator('canvas');
  // The axis labels' corner: no point is near.
  await canvas.click({ position: { x: 4, y: 4 } });
  expect(token()).toBe('m');
  const rows = (await csv(page, 'Map of wte')).slice(1);
  // Where the scale has a value: a sixteenth of the range is left at both ends.
  const shareOf = (column: number) => {
    const all = rows.map((row) => Number(row[column]));
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const at = all[rows.findIndex((row) => row[0] === 'a')]!;
    return ((at - least) / (most - least) + 1 / 16) / (1 + 1 / 8);
  };
  const { width, height } = (await canvas.boundingBox())!;
  const x = 52 + (width - 72) * shareOf(2);
  const y = height - 46 - (height - 58) * shareOf(3);
  await canvas.click({ position: { x, y } });
  await expect.poll(token).toBe('a');
});

it('tells the share of all differences that each component holds', async () => {
  const components = 8;
  const { variance } = await inspector.project({ model, components });
  const page = await open(`/models/${model}/weights`);
  const shares = (await csv(page, 'Share of each component')).slice(1);
  expect(shares).toEqual(variance.map((share, i) => [`${i + 1}`, `${share}`]));
  await page.getByRole('region', { name: 'Map of wte' }).waitFor();
  const [head] = await csv(page, 'Map of wte');
  const written = head!.slice(2).map((name) => numberIn(name.split('(')[1]!));
  expect(written).toEqual(
    variance.slice(0, 2).map((share) => Number((100 * share).toFixed(1))),
  );
});

it('has the cosines of all pairs', async () => {
  const { shape, values, tokens } = await inspector.getTensor({
    model,
    tensor: 'wte',
  });
  const width = shape[1]!;
  const rows = tokens.map(({ id }) =>
    values!.values.slice(id * width, (id + 1) * width),
  );
  const page = await open(`/models/${model}/weights?order=id`);
  const [head, ...table] = await csv(page, 'Cosine of all pairs');
  expect(head!.slice(1)).toEqual(tokens.map(({ text }) => text || '⟩'));
  for (const [row, a] of rows.entries()) {
    for (const [column, b] of rows.entries()) {
      const sum = a.reduce((sum, x, i) => sum + x * b[i]!, 0);
      const cosine = sum / (Math.hypot(...a) * Math.hypot(...b));
      expect(Number(table[row]![column + 1])).toBeCloseTo(cosine, 6);
    }
  }
});

it('finds a token’s neighbours by the cosine of their rows', async () => {
  const answer = await inspector.getTensor({ model, tensor: 'wte' });
  const width = answer.shape[1]!;
  const row = (id: number) =>
    answer.values!.values.slice(id * width, (id + 1) * width);
  const cosine = (a: number[], b: number[]) =>
    a.reduce((sum, x, i) => sum + x * b[i]!, 0) /
    (Math.hypot(...a) * Math.hypot(...b));
  const of = answer.tokens.find(({ text }) => text === 'm')!.id;
  const nearest = answer.tokens
    .filter(({ id }) => id !== of)
    .map(({ id, text }) => ({ text, value: cosine(row(of), row(id)) }))
    .sort((a, b) => b.value - a.value);
  const page = await open(`/models/${model}/weights?token=m`);
  const bars = page.getByRole('region', { name: 'Nearest to m' });
  await bars.locator('li').first().waitFor();
  const rows = await bars.locator('li').all();
  expect(rows.length).toBe(Math.min(10, nearest.length));
  for (const [at, shown] of rows.entries()) {
    const { text, value } = nearest[at]!;
    expect(await shown.locator('.label').textContent()).toBe(text || '⟩');
    const figure = await shown.locator('.value').textContent();
    expect(numberIn(figure)).toBeCloseTo(value, 3);
  }
});

it('lists every tensor with its statistics', async () => {
  const { tensors } = await inspector.getTensor({ model, tensor: 'wte' });
  const page = await open(`/models/${model}/weights`);
  const table = page.getByRole('group', { name: 'All tensors' });
  await table.locator('tbody tr').first().waitFor();
  expect(await table.locator('tbody tr').count()).toBe(tensors.length);
  for (const tensor of tensors) {
    const figures = await inspector.getTensor({ model, tensor, rows: 0 });
    const name = page.locator('th', { hasText: tensor });
    const row = table.locator('tr', { has: name });
    const cells = await row.locator('td').allTextContents();
    expect(cells[0]).toBe(figures.shape.join(' × '));
    const { mean, standardDeviation, min, max, norm } = figures;
    const values = [mean, standardDeviation, min, max, norm];
    for (const [i, value] of values.entries()) {
      // Three digits: "1,230", "1.23E-5".
      const shown = Number(cells[2 + i]!.replaceAll(',', ''));
      expect(Math.abs(shown - value)).toBeLessThan(0.00501 * Math.abs(value));
    }
  }
});

it('shows a tensor’s weights and how they are spread', async () => {
  const tensor = 'layer0.attn_wq';
  const page = await open(`/models/${model}/weights?tensor=${tensor}`);
  const answer = await inspector.getTensor({ model, tensor });
  const name = `Weights of ${tensor}`;
  await page.getByRole('region', { name, exact: true }).waitFor();
  const values = body(await csv(page, name)).flat();
  expect(values.map(Number)).toEqual(answer.values!.values);
  const title = `How the weights of ${tensor} are spread`;
  const counts = (await csv(page, title)).slice(1).map((row) => row[2]);
  expect(counts).toEqual(answer.histogram.map(String));
});

it('shows a large vocabulary a part at a time', async () => {
  const characters = Array.from({ length: 600 }, (_, index) =>
    String.fromCodePoint(0x4e00 + index),
  );
  await microgpt.train({
    model: 'large',
    documents: characters,
    config: { steps: 5 },
    wait: { seconds: 30n },
  });
  const page = await open('/models/large/weights?row=130&order=id&from=60');
  await page.getByText('Rows 128 to 191 of 601').waitFor();
  await page.getByText('Tokens 48 to 95 of 601').waitFor();
  const rows = (await csv(page, 'Weights of wte')).slice(1);
  expect(rows.length).toBe(64);
  expect(rows[0]![0]).toBe(characters[128]);
});
