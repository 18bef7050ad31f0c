// SPDX-License-Identifier: MIT
//
// Calls through @connectrpc/connect-web as it is published. The same file runs in
// a page of Chromium and in Node, whose fetch() is another one; each function
// answers with plain values.
import {
  type CallOptions,
  type Client,
  ConnectError,
  createClient,
} from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';

import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../src/gen/google/rpc/error_details_pb';
import { MicroGpt } from '../src/gen/microgpt/v1/microgpt_pb';
import { Registry } from '../src/gen/microgpt/v1/registry_pb';

export interface Where {
  api: string; // the server's origin
  binary: boolean;
}

function transportOf({ api, binary }: Where) {
  return createConnectTransport({ baseUrl: api, useBinaryFormat: binary });
}

const microgptOf = (where: Where): Client<typeof MicroGpt> =>
  createClient(MicroGpt, transportOf(where));
const registryOf = (where: Where): Client<typeof Registry> =>
  createClient(Registry, transportOf(where));

export interface Refusal {
  code: number;
  sentence: string;
  violations: { field: string; description: string }[];
  info: { reason: string; domain: string }[];
  retryMs: number[];
}

// What the error of a call that has to fail says.
async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = await call.then(
    () => undefined,
    (error) => ConnectError.from(error),
  );
  if (!error) throw new Error('the call has not failed');
  return {
    code: error.code,
    sentence: error.rawMessage,
    violations: error
      .findDetails(BadRequestSchema)
      .flatMap(({ fieldViolations }) =>
        fieldViolations.map(({ field, description }) => ({
          field,
          description,
        })),
      ),
    info: error
      .findDetails(ErrorInfoSchema)
      .map(({ reason, domain }) => ({ reason, domain })),
    retryMs: error
      .findDetails(RetryInfoSchema)
      .map(
        ({ retryDelay }) =>
          Number(retryDelay!.seconds) * 1000 + retryDelay!.nanos / 1e6,
      ),
  };
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

export async function versionOf(where: Where): Promise<string> {
  return (await registryOf(where).getServerInfo({})).version;
}

export async function draw(
  where: Where,
  model: string,
  count: number,
  seed: number,
): Promise<{ texts: string[]; messages: number; sent: number }> {
  const texts: string[] = [];
  let [messages, sent] = [0, 0];
  const stream = microgptOf(where).generate({ model, count, seed });
  for await (const { samples, summary } of stream) {
    ++messages;
    texts.push(...samples.map(({ text }) => text));
    if (summary) sent = summary.count;
  }
  return { texts, messages, sent };
}

// A call that takes minutes with a large model, while it is under way.
let controller = new AbortController();
let long: Promise<Refusal> | undefined;
const texts = Array.from({ length: 10_000 }, (_, i) => 'ab'.repeat(i % 30));

export type Kind = 'unary' | 'stream';

function callLong(
  where: Where,
  kind: Kind,
  model: string,
  options: CallOptions,
): Promise<unknown> {
  const api = microgptOf(where);
  if (kind === 'unary') return api.score({ model, texts }, options);
  return drain(api.generate({ model, count: 1_000_000 }, options));
}

export function begin(where: Where, kind: Kind, model: string): void {
  controller = new AbortController();
  const { signal } = controller;
  long = refusalOf(callLong(where, kind, model, { signal }));
}

export async function giveUp(): Promise<Refusal> {
  controller.abort();
  return long!;
}

// The same with a deadline.
export function inTime(
  where: Where,
  kind: Kind,
  model: string,
  timeoutMs: number,
): Promise<Refusal> {
  return refusalOf(callLong(where, kind, model, { timeoutMs }));
}

const refused = {
  field: (where: Where, model: string) =>
    drain(microgptOf(where).generate({ model, temperature: -0.5 })),
  unaryField: (where: Where, model: string) =>
    microgptOf(where).train({
      model,
      dataset: 'names',
      config: { nEmbd: 10, nHead: 4 },
    }),
  emptyText: (where: Where, model: string) =>
    microgptOf(where).train({ model, text: ' \n ' }),
  unsatisfiable: (where: Where, model: string) =>
    drain(
      microgptOf(where).generate({
        model,
        prefix: 'a',
        where: { alphabet: 'b' },
      }),
    ),
  busy: (where: Where, model: string) =>
    microgptOf(where).score({ model, texts: ['ab'] }),
  busyStream: (where: Where, model: string) =>
    drain(microgptOf(where).generate({ model })),
  missing: (where: Where, model: string) =>
    registryOf(where).getModel({ model: `${model}-missing` }),
};

export function refusal(
  where: Where,
  name: keyof typeof refused,
  model: string,
): Promise<Refusal> {
  return refusalOf(refused[name](where, model));
}
