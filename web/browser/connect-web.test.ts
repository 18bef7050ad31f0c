// SPDX-License-Identifier: MIT
//
// @connectrpc/connect-web as it is published, in a page of the dashboard's own
// origin and in Node: answers, streams, what becomes of a call that is given up
// or late, and what an error has with it.
import { createClient, Code } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { MicroGpt } from '../src/gen/microgpt/v1/microgpt_pb';
import { Registry } from '../src/gen/microgpt/v1/registry_pb';
import { expectRefusal, open, useBrowser } from './dashboard';
import { type Front, startFront } from './front';
import { type Server, startServer } from './server';
import * as client from './web-client';

useBrowser();

// The exported functions by name, wherever they run.
type Run = <Name extends keyof typeof client>(
  name: Name,
  ...args: Parameters<(typeof client)[Name]>
) => Promise<Awaited<ReturnType<(typeof client)[Name]>>>;

// One call at a time: the second is refused with a delay.
let server: Server;
let front: Front | undefined;
let script: string;
let microgpt: ReturnType<typeof createClient<typeof MicroGpt>>;
let registry: ReturnType<typeof createClient<typeof Registry>>;

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      lib: {
        entry: 'browser/web-client.ts',
        formats: ['iife'],
        name: 'webClient',
      },
    },
  });
  const [{ output }] = built as { output: { code: string }[] }[] as [
    { output: { code: string }[] },
  ];
  return output[0]!.code;
}

beforeAll(async () => {
  server = await startServer(process.env['DASHBOARD_SERVER']!, {
    flags: ['--max-calls=1'],
  });
  const dist = process.env['DASHBOARD_DIST'];
  front = dist ? await startFront(server.http, dist) : undefined;
  const transport = createConnectTransport({
    baseUrl: server.http,
    httpVersion: '1.1',
  });
  microgpt = createClient(MicroGpt, transport);
  registry = createClient(Registry, transport);
  script = await bundle();
  const wait = { seconds: 60n };
  const documents = ['ab', 'abba', 'baba', 'bab'];
  const config = { steps: 30 };
  await microgpt.train({ model: 'quick', documents, config, wait });
  // 25 million parameters: 10,000 texts take minutes.
  const large = { nLayer: 8, nEmbd: 512, blockSize: 64, steps: 1 };
  await microgpt.train({ model: 'large', documents, config: large, wait });
});

afterAll(async () => {
  await front?.stop();
  await server.stop();
});

const inNode: Run = async (name, ...args) =>
  // What the types of a union of functions cannot say.
  (client[name] as (...args: unknown[]) => never)(...args);

// The script comes from the page's own origin, as its policy wants it.
async function inPage(): Promise<Run> {
  const baseURL = front?.origin ?? server.http;
  const page = await open('/models', { baseURL });
  await page.route('**/web-client.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: script }),
  );
  await page.addScriptTag({ url: '/web-client.js' });
  const run: Run = (name, ...args) =>
    page.evaluate(
      ([name, args]) => {
        const { webClient } = globalThis as unknown as {
          webClient: Record<string, (...args: unknown[]) => never>;
        };
        return webClient[name]!(...args);
      },
      [name, args] as [string, unknown[]],
    );
  return run;
}

const calls = async () => (await registry.getServerInfo({})).calls;

const runtimes = ['Chromium', 'Node'] as const;
const forms = [
  ['JSON', false],
  ['binary', true],
] as const;

describe.each(runtimes)('in %s', (runtime) => {
  let run: Run;
  // A page is closed after each test.
  async function arrive(): Promise<string> {
    if (runtime === 'Node') {
      run = inNode;
      return server.http;
    }
    run = await inPage();
    return front?.origin ?? server.http;
  }

  // In a page the browser logs what was refused.
  function logged(status: number) {
    if (runtime === 'Chromium') expectRefusal(status);
  }

  it.each(forms)('calls and reads a stream, in %s', async (_, binary) => {
    const where = { api: await arrive(), binary };
    const { version } = await registry.getServerInfo({});
    expect(await run('versionOf', where)).toBe(version);
    const drawn = await run('draw', where, 'quick', 2000, 5);
    const texts: string[] = [];
    const request = { model: 'quick', count: 2000, seed: 5 };
    for await (const { samples } of microgpt.generate(request)) {
      texts.push(...samples.map(({ text }) => text));
    }
    expect(drawn.texts).toEqual(texts);
    expect(drawn.sent).toBe(2000);
    expect(drawn.messages).toBeGreaterThan(2000 / 256);
  });

  it.each(['unary', 'stream'] as const)(
    'gives up a call, and the server hears of it: %s',
    async (kind) => {
      const where = { api: await arrive(), binary: false };
      await run('begin', where, kind, 'large');
      await expect.poll(calls).toBe(1);
      expect((await run('giveUp')).code).toBe(Code.Canceled);
      await expect.poll(calls, { timeout: 20_000 }).toBe(0);
    },
  );

  it.each(['unary', 'stream'] as const)(
    'is told that its time is over: %s',
    async (kind) => {
      const where = { api: await arrive(), binary: false };
      const { code } = await run('inTime', where, kind, 'large', 500);
      expect(code).toBe(Code.DeadlineExceeded);
      await expect.poll(calls, { timeout: 20_000 }).toBe(0);
    },
  );

  it.each(forms)(
    'reads what an error has with it, in %s',
    async (_, binary) => {
      const where = { api: await arrive(), binary };
      const field = await run('refusal', where, 'field', 'quick');
      expect(field).toMatchObject({ code: Code.InvalidArgument, info: [] });
      const { description } = field.violations[0]!;
      expect(field.violations).toEqual([{ field: 'temperature', description }]);
      expect(field.sentence).toBe(`temperature: ${description}`);

      const unary = await run('refusal', where, 'unaryField', 'quick');
      expect(unary.code).toBe(Code.InvalidArgument);
      expect(unary.violations[0]!.field).toMatch(/^config\.n_(embd|head)$/);
      logged(400);

      const empty = await run('refusal', where, 'emptyText', 'quick');
      expect(empty.violations[0]!.field).toBe('text');
      expect(empty.info).toEqual([
        { reason: 'EMPTY_DATASET', domain: 'microgpt' },
      ]);
      logged(400);

      const impossible = await run('refusal', where, 'unsatisfiable', 'quick');
      expect(impossible).toMatchObject({
        code: Code.FailedPrecondition,
        info: [{ reason: 'UNSATISFIABLE', domain: 'microgpt' }],
      });

      const missing = await run('refusal', where, 'missing', 'quick');
      expect(missing.code).toBe(Code.NotFound);
      expect(missing.sentence).toContain('"quick-missing"');
      logged(404);
    },
  );

  it('hears when to try again', async () => {
    const where = { api: await arrive(), binary: false };
    await run('begin', where, 'stream', 'large');
    await expect.poll(calls).toBe(1);
    for (const name of ['busy', 'busyStream'] as const) {
      const busy = await run('refusal', where, name, 'quick');
      expect(busy.code).toBe(Code.ResourceExhausted);
      expect(busy.retryMs).toHaveLength(1);
      expect(busy.retryMs[0]).toBeGreaterThan(0);
    }
    logged(429);
    await run('giveUp');
    await expect.poll(calls, { timeout: 20_000 }).toBe(0);
    expect((await run('draw', where, 'quick', 1, 1)).sent).toBe(1);
  });
});
