// SPDX-License-Identifier: MIT
import type { ConnectRouter } from '@connectrpc/connect';
import { Code, ConnectError } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';

import { Registry } from '../gen/microgpt/v1/registry_pb';
import { failureOf } from './failure';
import { timings } from './timings.svelte';
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

// As much of the browser's class as an upload needs, with Node's fetch().
function requestsTo(origin: string) {
  return class {
    status = 0;
    statusText = '';
    response: ArrayBuffer | undefined;
    upload: { onprogress?: (event: { loaded: number }) => void } = {};
    onload = () => {};
    onerror = () => {};
    onabort = () => {};
    readonly #headers = new Headers();
    readonly #controller = new AbortController();
    #path = '';

    open(_method: string, path: string) {
      this.#path = path;
    }

    setRequestHeader(name: string, value: string) {
      this.#headers.set(name, value);
    }

    async send(body: Blob) {
      this.upload.onprogress?.({ loaded: body.size });
      try {
        const { signal } = this.#controller;
        const headers = this.#headers;
        const init = { method: 'POST', headers, body, signal };
        const answer = await fetch(origin + this.#path, init);
        this.response = await answer.arrayBuffer();
        ({ status: this.status, statusText: this.statusText } = answer);
        this.onload();
      } catch {
        if (this.#controller.signal.aborted) this.onabort();
        else this.onerror();
      }
    }

    abort() {
      this.#controller.abort();
    }
  };
}

let server: Server;

beforeAll(async () => {
  server = createServer(connectNodeAdapter({ routes }));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubGlobal('XMLHttpRequest', requestsTo(origin));
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

it('tells how much is sent', async () => {
  const shares: number[] = [];
  await addDataset('pets', new Blob(['x']), {
    sent: (share) => shares.push(share),
  });
  expect(shares).toEqual([1]);
});

it('is one of the calls of this page', async () => {
  const counted = (wanted: string) => {
    const timing = timings.all.find(({ method }) => method === wanted);
    const { calls = 0, failed = 0, recentMs = [] } = timing ?? {};
    return { calls, failed, answered: recentMs.length };
  };
  const added = counted('AddDataset');
  await addDataset('pets', new Blob(['x']));
  const signal = AbortSignal.abort();
  await addDataset('pets', new Blob(['x']), { signal }).catch(() => {});
  expect(counted('AddDataset')).toEqual({
    ...added,
    calls: added.calls + 1,
    answered: added.answered + 1,
  });
  const imported = counted('ImportModel');
  await importModel('mine', '', new Blob(['x'])).catch(() => {});
  expect(counted('ImportModel')).toEqual({
    ...imported,
    calls: imported.calls + 1,
    failed: imported.failed + 1,
  });
});

it('sends nothing that was given up before', async () => {
  const signal = AbortSignal.abort();
  const failed = addDataset('pets', new Blob(['x']), { signal });
  await expect(failed).rejects.toThrow('aborted');
  expect(seen.messages).toBe(0);
});

it('throws the error that ends the call', async () => {
  const failed = importModel('mine', '', new Blob(['x'])).catch(failureOf);
  expect(await failed).toEqual({
    code: 'INVALID_ARGUMENT',
    sentence: 'byte 7: no such tensor',
  });
});
