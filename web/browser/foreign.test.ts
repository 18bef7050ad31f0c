// SPDX-License-Identifier: MIT
//
// What a page of another site can do with a server on the reader's machine:
// nothing.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import {
  microgpt,
  open,
  openElsewhere,
  registry,
  useBrowser,
} from './dashboard';

const site = createServer((_, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html' });
  response.end('<!doctype html><title>Another site</title>');
});
let address: string;

beforeAll(async () => {
  const wait = { seconds: 20n };
  await microgpt.train({ model: 'coveted', documents: ['rex'], wait });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
afterAll(() => site.close());
useBrowser();

const deletion = {
  path: '/microgpt.v1.Registry/DeleteModel',
  body: JSON.stringify({ model: 'coveted' }),
};

// What the page's script sees of a call to the server.
function attempt(request: { url: string; body: string; init: RequestInit }) {
  return fetch(request.url, {
    method: 'POST',
    body: request.body,
    ...request.init,
  }).then(
    (answer) => `${answer.type} ${answer.status}`,
    (error: unknown) => String(error),
  );
}

async function models(): Promise<string[]> {
  return (await registry.listModels({})).models.map(({ name }) => name);
}

test('reads nothing and changes nothing by a call', async () => {
  const page = await openElsewhere(address);
  const url = inject('api') + deletion.path;
  const json = { 'Content-Type': 'application/json' };
  // The first one asks before it is sent, the others do not.
  const calls: RequestInit[] = [{ headers: json }, {}, { mode: 'no-cors' }];
  for (const init of calls) {
    const request = { url, body: deletion.body, init };
    expect(await page.evaluate(attempt, request)).toMatch('Failed to fetch');
  }
  expect(await models()).toContain('coveted');
});

test('changes nothing by a form', async () => {
  const page = await openElsewhere(address);
  const answer = page.waitForResponse((response) =>
    response.url().endsWith(deletion.path),
  );
  await page.evaluate(
    ({ url, body }) => {
      const form = document.createElement('form');
      Object.assign(form, {
        method: 'POST',
        action: url,
        enctype: 'text/plain',
      });
      const field = document.createElement('input');
      // The "=" between name and value ends up inside of a string.
      Object.assign(field, { name: `${body.slice(0, -1)},"x":"`, value: '"}' });
      form.append(field);
      document.body.append(form);
      form.submit();
    },
    { url: inject('api') + deletion.path, body: deletion.body },
  );
  expect((await answer).status()).toBe(403);
  expect(await models()).toContain('coveted');
});

test('cannot show the dashboard in a frame', async () => {
  const page = await openElsewhere(address);
  const blocked = page.waitForEvent('console', (message) =>
    message.text().includes('frame-ancestors'),
  );
  await page.evaluate((source) => {
    const frame = document.createElement('iframe');
    frame.src = source;
    document.body.append(frame);
  }, inject('api'));
  await blocked;
});

test('is refused under a name that is not the server’s', async () => {
  const { port } = new URL(inject('api'));
  const page = await openElsewhere(`http://rebound.test:${port}/`);
  expect(await page.locator('body').textContent()).toContain('rebound.test');
  const url = `http://rebound.test:${port}${deletion.path}`;
  const init = { headers: { 'Content-Type': 'application/json' } };
  const seen = await page.evaluate(attempt, { url, body: deletion.body, init });
  expect(seen).toBe('basic 421');
  expect(await models()).toContain('coveted');
});

test('would have deleted it if it were the dashboard', async () => {
  const page = await open('/');
  const url = inject('pages') + deletion.path;
  const init = { headers: { 'Content-Type': 'application/json' } };
  const request = { url, body: deletion.body, init };
  expect(await page.evaluate(attempt, request)).toBe('basic 200');
  expect(await models()).not.toContain('coveted');
});
