// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import { Job_State } from '../src/gen/microgpt/v1/microgpt_pb';
import {
  csv,
  hold,
  inspector,
  microgpt,
  numberIn,
  open,
  registry,
  stopAll,
  useBrowser,
} from './dashboard';

useBrowser();

it('goes through all lessons', async () => {
  const page = await open('/learn');
  for (const lesson of ['Tokens', 'Gradients', 'Attention', 'Training']) {
    await page.locator('h2', { hasText: lesson }).first().waitFor();
    await page.getByRole('link', { name: 'Next', exact: true }).click();
  }
  await page.locator('h2', { hasText: 'Generation' }).waitFor();
  expect(new URL(page.url()).searchParams.get('lesson')).toBe('5');
});

it('numbers the tokens as the model does', async () => {
  const page = await open('/learn?text=mia');
  const trace = await inspector.trace({ model: 'names', text: 'mia' });
  const rows = page.getByRole('group', { name: 'The text as tokens' });
  await rows.locator('tbody tr').nth(3).waitFor();
  const ids = await rows.locator('td:nth-child(3)').allTextContents();
  expect(ids.map(Number)).toEqual(
    trace.positions.map(({ token }) => token!.id),
  );
});

it('shows the attention of the text, head by head', async () => {
  const trace = await inspector.trace({ model: 'names', text: 'mia' });
  const n = trace.positions.length;
  const page = await open('/learn?lesson=3&text=mia');
  await page.getByRole('button', { name: /Enlarge layer 0, head 3$/ }).click();
  const rows = await csv(page, 'Attention of layer 0, head 3');
  expect(
    rows
      .slice(1)
      .flatMap((row) => row.slice(1))
      .filter((field) => field !== '')
      .map(Number),
  ).toEqual(
    trace.layers[0]!.weights!.values.slice(3 * n * n).filter(
      (_, at) => at % n <= Math.floor(at / n),
    ),
  );
});

it('has gradients that moving the inputs confirms', async () => {
  const page = await open('/learn?lesson=2&x=1.5&w=-0.5&b=2&target=0.25');
  for (const name of ['x', 'w', 'b', 'target']) {
    const number = async (what: string) =>
      numberIn(await page.getByTestId(`${what}-${name}`).textContent());
    expect(await number('gradient')).not.toBe(0);
    expect(await number('gradient')).toBeCloseTo(await number('difference'), 4);
  }
  await page.getByRole('button', { name: 'Take a step' }).click();
  const w = Number(new URL(page.url()).searchParams.get('w'));
  expect(w).toBeLessThan(-0.5);
});

it('starts a real training and keeps it in the address', async () => {
  const page = await open('/learn?lesson=4&steps=100');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.waitForURL(/job=/);
  const job = new URL(page.url()).searchParams.get('job')!;
  const wait = { seconds: 30n };
  const status = await microgpt.getStatus({ job, wait, full: true });
  expect(status.steps).toBe(100);
  const result = page.getByText(/^100 steps in/);
  await result.waitFor();
  const loss = /loss (\d+\.\d+)/.exec((await result.textContent())!)![1];
  expect(Number(loss)).toBeCloseTo(status.loss, 3);
  await page.getByText(status.samples[0]!).first().waitFor();
});

it('says that a training stands in the queue only while it does', async () => {
  const config = { steps: 1_000_000, nEmbd: 64 };
  const begin = () =>
    microgpt.train({ model: 'ahead', dataset: 'names', config });
  const { job } = await begin();
  await expect
    .poll(async () => (await microgpt.getStatus({ job })).state)
    .toBe(Job_State.RUNNING);
  const page = await open(`/learn?lesson=4&job=${job}`);
  const queued = page.getByText('This one is queued.');
  const told = () =>
    page.waitForResponse((response) => response.url().endsWith('/GetStatus'));
  // It is asked for again once the page has seen its state.
  await told();
  await told();
  await page.getByRole('status').getByText('Loading').waitFor();
  expect(await queued.count()).toBe(0);

  const { workers } = await registry.getServerInfo({});
  for (let ahead = 1; ahead < workers; ++ahead) await begin();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await queued.waitFor();
  await stopAll();
  await expect.poll(() => queued.count()).toBe(0);
});

it('draws the string that Generate draws', async () => {
  const { name, version } = await registry.getModel({ model: 'names' });
  const samples = microgpt.generate({
    model: `${name}@${version}`,
    count: 1,
    seed: 5,
  });
  let expected = '';
  for await (const answer of samples) {
    for (const sample of answer.samples) expected = sample.text;
  }
  const page = await open('/learn?lesson=5&seed=5');
  const draw = page.getByRole('button', { name: 'Draw the next character' });
  const string = page.getByTestId('string');
  for (let length = 0; length < expected.length; ++length) {
    await draw.click();
    const soFar = '⟨' + expected.slice(0, length + 1);
    await expect.poll(() => string.textContent()).toContain(soFar);
  }
  await draw.click();
  await page.getByText('The end mark was drawn').waitFor();
});

it('takes no token twice where the answer is late', async () => {
  const page = await open('/learn?lesson=5&seed=5');
  const draw = page.getByRole('button', { name: 'Draw the next character' });
  const string = page.getByTestId('string');
  const dart = page.getByText(/^The dart/);
  const chances = (text: string) =>
    page.getByRole('region', { name: `What comes after ${text}`, exact: true });
  await dart.waitFor();
  const { asked, letGo } = await hold(page, 'Inspector/NextTokens');
  const call = asked();
  await draw.click();
  await call;
  const once = await string.textContent();
  expect(once).toHaveLength(2);
  await draw.click();
  await draw.click();
  expect(await string.textContent()).toBe(once);
  // What is shown meanwhile says what it is of.
  expect(await dart.count()).toBe(0);
  expect(await chances('⟨').count()).toBe(1);
  await letGo();
  await dart.waitFor();
  expect(await chances(once!).count()).toBe(1);
});
