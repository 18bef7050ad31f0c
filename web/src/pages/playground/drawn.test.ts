// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { GenerateResponseSchema } from '../../gen/microgpt/v1/microgpt_pb';
import { Drawn } from './drawn.svelte';

const message = (novel: (boolean | undefined)[]) =>
  create(GenerateResponseSchema, {
    samples: novel.map((known) =>
      known === undefined ? { text: 'x' } : { text: 'x', novel: known },
    ),
  });

it('counts what is novel, and of how many that is known', () => {
  const drawn = new Drawn();
  drawn.add(message([true, false]));
  drawn.add(message([true, undefined]));
  drawn.show();
  expect(drawn).toMatchObject({ count: 4, judged: 3, novel: 2 });
});

it('keeps a hundred thousand strings, and counts them all', () => {
  const drawn = new Drawn();
  const many = message(Array.from({ length: 60_000 }, () => true));
  drawn.add(many);
  drawn.add(many);
  drawn.show();
  expect(drawn.samples.length).toBe(100_000);
  expect(drawn.novel).toBe(120_000);
});

it('tells of the first message at once, and of the others together', () => {
  const drawn = new Drawn();
  drawn.add(message([true]));
  expect(drawn.revision).toBe(1);
  for (let i = 0; i < 10; ++i) drawn.add(message([true]));
  expect(drawn.revision).toBe(1);
  drawn.show();
  expect(drawn.revision).toBe(2);
});

it('is empty until a string comes, or the word that there is none', () => {
  const drawn = new Drawn();
  expect(drawn.isEmpty).toBe(true);
  drawn.add(create(GenerateResponseSchema, { summary: { shortfall: 5 } }));
  expect(drawn.isEmpty).toBe(false);
  const other = new Drawn();
  other.add(message([true]));
  expect(other.isEmpty).toBe(false);
});
