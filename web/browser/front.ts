// SPDX-License-Identifier: MIT
import { readFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

// Stricter than what the server sends, so that no page leans on exceptions.
const policy = "default-src 'self'; frame-ancestors 'none'";

async function servePage(dist: string, path: string, response: ServerResponse) {
  const file = path.startsWith('/assets/') ? path : '/index.html';
  const content = await readFile(join(dist, file)).catch(() => undefined);
  response.writeHead(content ? 200 : 404, {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': policy,
  });
  response.end(content);
}

// A call, as a page of the server's own would make it.
function passOn(api: URL, incoming: IncomingMessage, response: ServerResponse) {
  const { method, url = '/' } = incoming;
  const headers = { ...incoming.headers, host: api.host };
  if (headers.origin) headers.origin = api.origin;
  const call = request(new URL(url, api), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  call.on('error', () => response.destroy());
  response.on('close', () => call.destroy());
  incoming.pipe(call);
}

export interface Front {
  origin: string;
  // Breaks every connection there is and every new one, until it is mended.
  cut: () => void;
  mend: () => void;
  stop: () => Promise<void>;
}

// Serves the files in `dist`, and passes calls on to a server: one origin, as in the
// program that has both. Without `dist` the files are the server's too.
export async function startFront(api: string, dist?: string): Promise<Front> {
  const server = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://front');
    if (!dist || pathname.startsWith('/microgpt.v1.')) {
      passOn(new URL(api), incoming, response);
    } else {
      void servePage(dist, pathname, response);
    }
  });
  let broken = false;
  server.on('connection', (socket) => {
    if (broken) socket.destroy();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    cut: () => {
      broken = true;
      server.closeAllConnections();
    },
    mend: () => (broken = false),
    stop: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
