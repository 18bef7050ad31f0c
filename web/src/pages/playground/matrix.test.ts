// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';

import { NextTokensResponseSchema } from '../../gen/microgpt/v1/inspector_pb';
import { type Ask, matrixOf, nextAfter } from './matrix';

const token = (id: number) => ({ id, text: ['a', 'b', ''][id]! });
const candidate = (id: number, probability: number, documents: number) => ({
  token: token(id),
  probability,
  documents,
});

// a is followed by b or the end, b by a; the text has no string with b.
const answer = create(NextTokensResponseSchema, {
  textKnown: true,
  next: { candidates: [candidate(1, 0.6, 0), candidate(0, 0.4, 9)] },
  after: [
    {
      after: token(0),
      documents: 4,
      candidates: [candidate(1, 0.9, 1), candidate(0, 0.1, 3)],
    },
    { after: token(1), documents: 0, candidates: [candidate(0, 1, 0)] },
  ],
});

it('has rows and columns in the order of the alphabet', () => {
  const matrix = matrixOf(answer, 10);
  expect(matrix.rows).toEqual(['a', 'b']);
  expect(matrix.columns).toEqual(['a', 'b']);
  expect(matrix.model).toEqual([0.1, 0.9, 1, undefined]);
  expect(matrix.cut).toBe(false);
});

it('has the shares of the text, and none where it has no such beginning', () => {
  expect(matrixOf(answer, 10).data).toEqual([0.75, 0.25, undefined, undefined]);
  expect(matrixOf({ ...answer, textKnown: false }, 10).data).toBeUndefined();
});

it('keeps the likeliest where there are too many', () => {
  const matrix = matrixOf(answer, 1);
  expect(matrix.rows).toEqual(['b']);
  expect(matrix.columns).toEqual(['a']);
  expect(matrix.cut).toBe(true);
});

it('does not take what was not asked for as 0', () => {
  const matrix = matrixOf(answer, 10);
  expect(matrix.sparse).toBe(true);
  const text = { ...answer.after[1]!, documents: 2 };
  const { data } = matrixOf({ ...answer, after: [text] }, 10);
  expect(data).toEqual([0]);
});

// A server whose tokens are so many letters, each as likely as the next.
function letters(count: number) {
  const asked: Parameters<Ask>[0][] = [];
  const named = (id: number) => ({ id, text: String.fromCodePoint(97 + id) });
  const ask: Ask = async (request) => {
    asked.push(request);
    if (request.top > count) throw new Error(`top is above ${count}`);
    const candidates = Array.from({ length: count }, (_, id) => ({
      token: named(id),
      probability: 1 / count,
    }));
    const last = [...request.prefix].at(-1);
    const id = last === undefined ? count : last.codePointAt(0)! - 97;
    return create(NextTokensResponseSchema, {
      next: {
        after: named(id),
        candidates: candidates.slice(0, request.top || count),
      },
      after: request.after ? [{ after: named(0), candidates }] : [],
    });
  };
  return { ask, asked };
}

it('asks for all pairs of a small vocabulary at once', async () => {
  const { ask, asked } = letters(30);
  const all = await nextAfter(ask, 'x', 10);
  expect(asked.length).toBe(2);
  expect(asked[1]).toEqual({ prefix: 'x', after: true, top: 0 });
  expect(all.after.length).toBe(1);
});

it('asks for the likeliest rows of a large one, each by itself', async () => {
  const { ask, asked } = letters(2400);
  const some = await nextAfter(ask, 'x', 10);
  expect(some.after.map(({ after }) => after?.text)).toEqual([...'abcdefghij']);
  expect(asked.slice(1).map(({ prefix }) => prefix)).toEqual(
    [...'abcdefghij'].map((text) => `x${text}`),
  );
  expect(matrixOf(some, 10).columns.length).toBe(10);
  expect(matrixOf(await nextAfter(letters(200).ask, '', 10), 10).cut).toBe(
    true,
  );
});
