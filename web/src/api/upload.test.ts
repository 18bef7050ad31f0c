// SPDX-License-Identifier: MIT
import type { ConnectRouter } from '@connectrpc/connect';
import { Code, ConnectError } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';

import { Registry } from '../gen/microgpt/v1/registry_pb';
import { failureOf } from './failure';
import { addDataset, importModel } from './upload';

// What another implementation of the protocol makes of an upload.
const seen: { name: string; bytes: number[]; messages: number } = {
  name: '',
  bytes: [],
  messages: 0,
};

function routes(router: ConnectRouter) {
  router.service(Registry, {
    async addDataset(requests) {
      for await (const { name, chunk } of requests) {
        if (name) seen.name = name;
        for (const byte of chunk) seen.bytes.push(byte);
        ++seen.messages;
      }
      return { id: 'sha256:1', documents: 3 };
    },
    async importModel(requests) {
      for await (const _ of requests);
      throw new ConnectError('byte 7: no such tensor', Code.InvalidArgument);
    },
  });
}

let server: Server;

beforeAll(async () => {
  server = createServer(connectNodeAdapter({ routes }));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (path: string, init: RequestInit) =>
    fetch(origin + path, init),
  );
});

afterAll(() => {
  vi.unstubAllGlobals();
  server.close();
});

beforeEach(() => Object.assign(seen, { name: '', bytes: [], messages: 0 }));

it('sends a file in chunks, and reads the answer', async () => {
  const content = new Uint8Array(600_000).map((_, index) => index % 251);
  const dataset = await addDataset('pets', new Blob([content]));
  expect(dataset.documents).toBe(3);
  expect(seen.name).toBe('pets');
  expect(seen.messages).toBe(2);
  expect(seen.bytes.length).toBe(content.length);
  expect(seen.bytes.every((byte, index) => byte === content[index])).toBe(true);
});

it('sends its request along with an empty file too', async () => {
  await addDataset('none', new Blob([]));
  expect(seen).toEqual({ name: 'none', bytes: [], messages: 1 });
});

it('throws the error that ends the call', async () => {
  const failed = importModel('mine', '', new Blob(['x'])).catch(failureOf);
  expect(await failed).toEqual({
    code: 'INVALID_ARGUMENT',
    sentence: 'byte 7: no such tensor',
  });
});
