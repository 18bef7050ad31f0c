// SPDX-License-Identifier: MIT
//
// Holds what was built to its budget: compressed, each page as the first one
// that a reader opens, and all that a reader can come to load, which is all of
// it with one language. Exit code 1 above it.
//
//   npm run size [-- DIR]    DIR: by default web/dist
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const budget = { first: 130_000, all: 180_000 };
const dist =
  process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '../dist');

const sizes = new Map(
  readdirSync(join(dist, 'assets')).map((name) => [
    `assets/${name}`,
    gzipSync(readFileSync(join(dist, 'assets', name)), { level: 9 }).length,
  ]),
);
const html = readFileSync(join(dist, 'index.html'), 'utf8');
const htmlSize = gzipSync(html, { level: 9 }).length;

// What the page itself loads, and for each file that it may load later those
// that come with it: Vite writes both down.
const start = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(
  ([, file]) => file,
);
const later = new Map();
for (const file of sizes.keys()) {
  if (!file.endsWith('.js')) continue;
  const code = readFileSync(join(dist, file), 'utf8');
  const list = /m\.f=(\[[^\]]*\])/.exec(code);
  const names = list ? JSON.parse(list[1]) : [];
  const imports =
    /import\("\.\/([^"]+)"\)(?:,__vite__mapDeps\(\[([\d,]*)\]\))?/g;
  for (const [, name, indices] of code.matchAll(imports)) {
    const along = (indices ?? '').split(',').filter(Boolean);
    later.set(
      `assets/${name}`,
      along.map((index) => names[index]),
    );
  }
}

const sum = (files) =>
  [...new Set(files)].reduce(
    (total, file) => total + sizes.get(file),
    htmlSize,
  );
const isLanguage = (file) => /\/(en|ja|zh)-/.test(file);
const languages = [...later.keys()].filter(isLanguage);
const pages = [...later].filter(([file]) => !isLanguage(file));
if (languages.length !== 3 || pages.length === 0) {
  console.error('size: this is not how the build looked when this was written');
  process.exit(2);
}

let failed = false;
function check(name, size, limit) {
  const over = size > limit;
  failed ||= over;
  const words = `${(size / 1000).toFixed(1)} of ${limit / 1000} kB`;
  console.log(`${over ? 'TOO LARGE' : 'ok'}  ${name}: ${words}`);
}

const largest = languages.sort((a, b) => sizes.get(b) - sizes.get(a))[0];
for (const [page, along] of pages) {
  check(page, sum([...start, largest, page, ...along]), budget.first);
}
const others = languages.filter((file) => file !== largest);
const all = [...sizes.keys()].filter((file) => !others.includes(file));
check('all, in one language', sum(all), budget.all);
process.exit(failed ? 1 : 0);
