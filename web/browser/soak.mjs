// SPDX-License-Identifier: MIT
//
// Watches a run in the dashboard to its end, as scripts/soak watch wants it:
//
//   node browser/soak.mjs --api http://127.0.0.1:8080 --job ID
//
//   --dist DIR    open the pages in DIR, not those in the server
//   --rows N      figures so many times on the way: 20
//   --cuts N      break the connection so many times: 3
//   --bound-mib N how much the page's heap may grow: 8
//
// Prints a JSON object a line. Exit code 1, with a sentence, if a point is lost.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createServer } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    api: { type: 'string' },
    job: { type: 'string' },
    dist: { type: 'string' },
    rows: { type: 'string', default: '20' },
    cuts: { type: 'string', default: '3' },
    'bound-mib': { type: 'string', default: '8' },
  },
});
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  console.error(`soak: there is no ${chromium}: scripts/setup installs it`);
  process.exit(2);
}

const vite = await createServer({
  root,
  configFile: false,
  plugins: [svelte()], // for what it takes from the pages' own state
  logLevel: 'error',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
try {
  const { watch } = await vite.ssrLoadModule('/browser/watch.ts');
  const problem = await watch({
    api: values.api,
    job: values.job,
    dist: values.dist,
    chromium,
    rows: Number(values.rows),
    cuts: Number(values.cuts),
    boundMib: Number(values['bound-mib']),
  });
  if (problem) {
    console.error(`soak: ${problem}`);
    process.exitCode = 1;
  }
} finally {
  await vite.close();
}
