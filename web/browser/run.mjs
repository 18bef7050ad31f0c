// SPDX-License-Identifier: MIT
//
// Runs the tests that need a browser, against a real server:
//
//   npm run test:browser -- --server ../build/release/bin/microgptd
//
//   --server PATH   the microgptd to start, on free ports and in memory
//   --dist DIR      open the pages in DIR, as npm run build makes them, in place
//                   of those in the server: a change needs no other server then
//   --pictures      and keep a picture of every page, for people to look at, in
//                   browser/screenshots/
//
// What follows goes to vitest: names of files, -t "name of a test".
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';

function fail(sentence) {
  console.error(`test:browser: ${sentence}`);
  process.exit(2);
}

let server;
let dist;
let pictures = false;
const rest = [];
for (let args = process.argv.slice(2); args.length > 0;) {
  const argument = args.shift();
  if (argument === '--server') server = args.shift();
  else if (argument === '--dist') dist = args.shift();
  else if (argument === '--pictures') pictures = true;
  else rest.push(argument);
}

if (!server) fail('--server PATH is missing: the microgptd to test against');
if (!existsSync(server)) fail(`there is no ${server}`);
if (dist && !existsSync(join(dist, 'index.html'))) {
  fail(`there is no ${dist}/index.html: npm run build first`);
}
if (!existsSync(chromium)) {
  const sentence = `there is no ${chromium}: scripts/setup installs it`;
  // Where nobody reads along, nothing tested is a failure.
  if (process.env.CI) fail(sentence);
  console.log(`test:browser: skipped, ${sentence}`);
  process.exit(0);
}

const vitest = spawn(
  process.execPath,
  [
    join(web, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...['--config', 'browser/vitest.config.ts'],
    ...rest,
  ],
  {
    cwd: web,
    stdio: 'inherit',
    env: {
      ...process.env,
      CHROMIUM: chromium,
      DASHBOARD_SERVER: resolve(server),
      DASHBOARD_DIST: dist ? resolve(dist) : '',
      DASHBOARD_PICTURES: pictures ? '1' : '',
    },
  },
);
// Who ends this ends the tests, and they the server and the browser.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => vitest.kill(signal));
}
vitest.on('exit', (code) => process.exit(code ?? 1));
