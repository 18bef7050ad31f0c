// SPDX-License-Identifier: MIT
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Server {
  http: string; // "http://127.0.0.1:40123"
  stop: () => Promise<void>;
}

// Starts a microgptd, where nothing else is said one that keeps nothing, on ports
// that are free. It is up once it has logged where it listens.
export async function startServer(
  program: string,
  {
    http = '127.0.0.1:0',
    dataDir = ':memory:',
    flags = [] as readonly string[],
  } = {},
): Promise<Server> {
  const child = spawn(
    program,
    [
      '--grpc-address=127.0.0.1:0',
      `--http-address=${http}`,
      `--data-dir=${dataDir}`,
      '--workers=2',
      '--drain-timeout-s=0',
      ...flags,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const log: string[] = [];
  const address = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log.push(line);
        const match = /http: listening on (\S+)/.exec(line);
        if (match) resolve(match[1]!);
      });
    }
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`microgptd ended with ${code}:\n${log.join('\n')}`)),
    );
  });
  return {
    http: `http://${address}`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
