// SPDX-License-Identifier: MIT
import { expect, it } from 'vitest';

import type { Sample } from '../src/gen/microgpt/v1/microgpt_pb';
import {
  csv,
  expectRefusal,
  hold,
  inspector,
  microgpt,
  numberIn,
  open,
  registry,
  useBrowser,
} from './dashboard';

useBrowser();

const model = 'names@1';

async function drawn(request: Parameters<typeof microgpt.generate>[0]) {
  const samples: Sample[] = [];
  for await (const answer of microgpt.generate(request)) {
    samples.push(...answer.samples);
  }
  return samples;
}

it('draws the strings that the API draws, with all settings', async () => {
  const page = await open(
    `/playground?model=${model}&count=9&seed=5&temperature=0.9&top_k=12` +
      '&top_p=0.95&prefix=ma&max_length=7&alphabet=amrielyn&novel=1&unique=1',
  );
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.locator('[data-value="seed"]').waitFor();
  const samples = await drawn({
    model,
    count: 9,
    seed: 5,
    temperature: 0.9,
    topK: 12,
    topP: 0.95,
    prefix: 'ma',
    where: { maxLength: 7, alphabet: 'amrielyn' },
    novel: true,
    unique: true,
  });
  const rows = page.locator('tbody tr');
  const strings = await rows.locator('td.string').allTextContents();
  expect(strings.map((text) => text.trim())).toEqual(
    samples.map(({ text }) => text),
  );
  const logprobs = await rows.locator('td.number').allTextContents();
  for (const [i, { logprob }] of samples.entries()) {
    expect(numberIn(logprobs[i]!)).toBeCloseTo(logprob, 2);
  }
  const share = await page.locator('[data-value="novel"]').textContent();
  expect(share).toBe('100% of 9 are new');
});

it('draws the same again by the seed that was drawn', async () => {
  const page = await open(`/playground?model=${model}&count=5`);
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  const seed = page.locator('[data-value="seed"]');
  await seed.waitFor();
  const strings = () => page.locator('td.string').allTextContents();
  const first = await strings();
  await page.getByRole('button', { name: 'Draw the same again' }).click();
  await seed.waitFor();
  await expect.poll(strings).toEqual(first);
  const inAddress = new URL(page.url()).searchParams.get('seed');
  expect(`Seed ${inAddress}`).toBe(await seed.textContent());
});

it('says in the server’s words what cannot be', async () => {
  const page = await open(`/playground?model=${model}&suffix=%E6%9D%B1`);
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  const alert = page.getByRole('alert');
  await alert.waitFor();
  const sentence = await drawn({ model, where: { suffix: '東' } }).catch(
    (error) => error.rawMessage as string,
  );
  expect(await alert.textContent()).toContain(sentence);
});

it('keeps the strings that were drawn beside what cannot be', async () => {
  const page = await open(`/playground?model=${model}&count=5&seed=3`);
  const generate = page.getByRole('button', { name: 'Generate', exact: true });
  await generate.click();
  const seed = page.locator('[data-value="seed"]');
  await seed.waitFor();
  const strings = () => page.locator('td.string').allTextContents();
  const first = await strings();
  expect(first).toHaveLength(5);
  await page.locator('input[name="regex"]').fill('(');
  await generate.click();
  await page.getByRole('alert').waitFor();
  await seed.waitFor();
  expect(await strings()).toEqual(first);
});

it('stops a call that would take long', async () => {
  // One draw in hundreds is so long: a million of them take minutes.
  const page = await open(
    `/playground?model=${model}&count=1000000&temperature=1&min_length=13`,
  );
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.locator('td.string').first().waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const generate = page.getByRole('button', { name: 'Generate', exact: true });
  await expect.poll(() => generate.isEnabled()).toBe(true);
});

it('scores what is typed as the API does, errors of single strings too', async () => {
  const texts = ['emma', 'zzxqj', '東'];
  const page = await open(`/playground/score?model=${model}`);
  await page.getByLabel('Strings to judge').fill(texts.join('\n'));
  const rows = page.locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(3);
  await page.getByText('is none of the model').waitFor();
  const { scores } = await microgpt.score({ model, texts });
  for (const [i, score] of scores.entries()) {
    const cells = rows.nth(i).locator('td');
    if (score.error) {
      expect(await cells.nth(1).textContent()).toBe(score.error);
      continue;
    }
    expect(numberIn(await cells.nth(1).textContent())).toBeCloseTo(
      score.logprob,
      3,
    );
    expect(numberIn(await cells.nth(2).textContent())).toBeCloseTo(
      score.bitsPerToken,
      3,
    );
  }
});

it('goes back through the views that were opened', async () => {
  const page = await open(`/playground?model=${model}&prefix=an`);
  await page.getByRole('link', { name: 'Score' }).click();
  await page.getByLabel('Strings to judge').waitFor();
  await page.goBack();
  await expect
    .poll(() => page.locator('input[name="prefix"]').inputValue())
    .toBe('an');
  await page.goForward();
  await page.getByLabel('Strings to judge').waitFor();
});

it('names the nearest of a model that is not there', async () => {
  const page = await open('/playground?model=nmaes&seed=1');
  await page.getByRole('button', { name: 'Generate', exact: true }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByRole('alert').textContent()).toContain('names');
  await page.getByRole('alert').getByRole('link').click();
  await page.waitForURL(/\/models$/);
});

it('throws the darts that Generate throws, one by one', async () => {
  const [sample] = await drawn({ model, count: 1, seed: 11, temperature: 0.7 });
  const page = await open(
    `/playground/draw?model=${model}&seed=11&temperature=0.7`,
  );
  const step = page.getByRole('button', { name: 'Draw the next character' });
  const soFar = page.locator('[data-value="drawn"]');
  for (const [i] of [...sample!.text].entries()) {
    const prefix = sample!.text.slice(0, i);
    const { draw } = await inspector.nextTokens({
      model,
      prefix,
      seed: 11,
      temperature: 0.7,
      top: 0,
    });
    await expect
      .poll(() => page.locator('[data-value="dart"]').textContent())
      .toContain(draw!.number.toFixed(4));
    await step.click();
    await expect
      .poll(() => soFar.textContent())
      .toBe(sample!.text.slice(0, i + 1));
  }
  expect(new URL(page.url()).searchParams.get('drawn')).toBe(sample!.text);
  // By the keyboard: the end mark, and back again.
  await page.getByRole('group', { name: 'Draw step by step' }).focus();
  await expect.poll(() => step.isEnabled()).toBe(true);
  await page.keyboard.press('ArrowRight');
  await page.getByText('The end mark was drawn').waitFor();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => soFar.textContent()).toBe(sample!.text.slice(0, -1));
});

it('says which seed it takes where none is given', async () => {
  const page = await open(`/playground/draw?model=${model}&temperature=0.7`);
  const seed = page.getByLabel('Seed', { exact: true });
  const taken = Number(await seed.getAttribute('placeholder'));
  const { draw } = await inspector.nextTokens({
    model,
    seed: taken,
    temperature: 0.7,
    top: 0,
  });
  await expect
    .poll(() => page.locator('[data-value="dart"]').textContent())
    .toContain(draw!.number.toFixed(4));
  const field = page.locator('.field', { has: seed });
  const hint = await field.textContent();
  expect(hint).toContain(`${taken} if empty`);
  expect(hint).not.toContain('random');
  // Before anything is drawn there is the mark before it.
  expect(await page.getByTestId('so-far').textContent()).toBe('⟨');
});

it('throws Generate’s darts behind a beginning, too', async () => {
  const settings = { seed: 4, temperature: 0.8, index: 2 };
  const samples = await drawn({
    model,
    count: 3,
    prefix: 'ma',
    seed: 4,
    temperature: 0.8,
  });
  const page = await open(
    `/playground/draw?model=${model}&prefix=ma&seed=4&temperature=0.8&index=2`,
  );
  const step = page.getByRole('button', { name: 'Draw the next character' });
  const soFar = page.locator('[data-value="drawn"]');
  const { draw } = await inspector.nextTokens({
    model,
    prefix: 'ma',
    given: 2,
    ...settings,
  });
  await expect
    .poll(() => page.locator('[data-value="dart"]').textContent())
    .toContain(draw!.number.toFixed(4));
  const expected = samples[2]!.text.slice('ma'.length);
  expect(expected).not.toBe('');
  for (const [i] of [...expected].entries()) {
    await step.click();
    await expect.poll(() => soFar.textContent()).toBe(expected.slice(0, i + 1));
    await expect.poll(() => step.isEnabled()).toBe(true);
  }
  await step.click();
  await page.getByText('The end mark was drawn').waitFor();
});

it('draws no more where the context is full, or the server refuses', async () => {
  const { config } = await registry.getModel({ model });
  const room = config!.blockSize!;
  const page = await open(
    `/playground/draw?model=${model}&prefix=${'a'.repeat(room - 1)}`,
  );
  const step = page.getByRole('button', { name: 'Draw the next character' });
  const dart = page.locator('[data-value="dart"]');
  const soFar = page.locator('[data-value="drawn"]');
  await dart.waitFor();
  await page.getByRole('button', { name: 'Take b' }).click();
  await page.getByText('The context has no more room').waitFor();
  expect(await step.isDisabled()).toBe(true);
  await page.keyboard.press('ArrowRight');
  expect(await soFar.textContent()).toBe('b');
  await page.getByRole('button', { name: 'Take the last one back' }).click();
  await dart.waitFor();

  await page.locator('input[name="temperature"]').fill('-1');
  await page.getByRole('alert').waitFor();
  expect(await dart.count()).toBe(0);
  expect(await step.isDisabled()).toBe(true);
  expectRefusal(400);
});

it('takes no candidate twice where the answer is late', async () => {
  const page = await open(`/playground/draw?model=${model}&seed=1`);
  const soFar = page.locator('[data-value="drawn"]');
  const candidate = page.getByRole('button', { name: 'Take a', exact: true });
  await candidate.waitFor();
  const { asked, letGo } = await hold(page, 'Inspector/NextTokens');
  const call = asked();
  await candidate.click();
  await call;
  await candidate.click();
  await candidate.click();
  expect(await soFar.textContent()).toBe('a');
  await letGo();
  await expect
    .poll(async () => {
      await candidate.click();
      return soFar.textContent();
    })
    .toMatch(/^aa/);
});

it('opens the explanation by Enter, and draws nothing by it', async () => {
  const page = await open(`/playground/draw?model=${model}&seed=1`);
  await page.locator('[data-value="dart"]').waitFor();
  const summary = page.locator('[role="group"] summary');
  await summary.focus();
  await page.keyboard.press('Enter');
  await page.getByText('lie side by side on a bar').waitFor();
  expect(new URL(page.url()).searchParams.get('drawn')).toBeNull();
});

it('shows the chances of each candidate, as the API has them', async () => {
  const request = { model, prefix: 'em', temperature: 0.6, topK: 5, top: 0 };
  const { next } = await inspector.nextTokens({ ...request, seed: 1 });
  const page = await open(
    `/playground/draw?model=${model}&prefix=em&temperature=0.6&top_k=5&seed=1`,
  );
  const rows = page.locator('tbody tr');
  await rows.first().waitFor();
  for (const [i, candidate] of next!.candidates.slice(0, 8).entries()) {
    const cells = await rows.nth(i).locator('td').allTextContents();
    expect(numberIn(cells[0]!)).toBeCloseTo(100 * candidate.probability, 1);
    expect(numberIn(cells[1]!)).toBeCloseTo(100 * candidate.drawn, 1);
    expect(numberIn(cells[2]!)).toBe(candidate.documents);
  }
});

it('has the matrix of the model, and the text’s own beside it', async () => {
  const answer = await inspector.nextTokens({ model, after: true, top: 0 });
  const page = await open(`/playground/matrix?model=${model}`);
  const row = answer.after.find(({ after }) => after?.text === 'q')!;
  const u = row.candidates.find(({ token }) => token?.text === 'u')!;
  const cell = async (title: string) => {
    const [head, ...rows] = await csv(page, title);
    const after = rows.find(([name]) => name === 'q')!;
    return Number(after[head!.indexOf('u')]);
  };
  expect(await cell('The model')).toBe(u.probability);
  expect(await cell('The text')).toBe(u.documents! / row.documents);
});

it('has each score beside its own string while others are typed', async () => {
  const page = await open(`/playground/score?model=${model}&text=emma`);
  const row = page.locator('tbody tr');
  const shown = async () =>
    [
      await row.locator('.unseen').first().textContent(),
      numberIn(await row.locator('td').nth(1).textContent()),
    ] as const;
  await row.waitFor();
  const first = await shown();
  expect(first[0]).toBe('emma');
  const { asked, letGo } = await hold(page, 'MicroGpt/Score');
  const call = asked();
  await page.getByLabel('Strings to judge').fill('zara');
  await call;
  expect(await shown()).toEqual(first);
  await letGo();
  await expect.poll(async () => (await shown())[0]).toBe('zara');
  const { scores } = await microgpt.score({ model, texts: ['zara'] });
  expect((await shown())[1]).toBeCloseTo(scores[0]!.logprob, 3);
});

it('says of a string that fills the context that its end was not judged', async () => {
  const { config } = await registry.getModel({ model });
  const line = 'a'.repeat(config!.blockSize!);
  const page = await open(`/playground/score?model=${model}&text=${line}`);
  await page.getByText('It fills the context').waitFor();
  expect(await page.locator('.strip .part').count()).toBe(config!.blockSize);
});

it('has no dart at temperature 0', async () => {
  const page = await open(`/playground/draw?model=${model}&temperature=0`);
  const request = { model, prefix: '', temperature: 0, seed: 1 };
  const { draw } = await inspector.nextTokens(request);
  const sentence = page.locator('[data-value="dart"]');
  await sentence.waitFor();
  expect((await sentence.textContent())!.trim()).toBe(
    `At temperature 0 there is no dart: the likeliest is taken, ${draw!.token!.text}.`,
  );
  expect(await page.locator('figure .dart').count()).toBe(0);
});
