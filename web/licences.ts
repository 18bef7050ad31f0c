// SPDX-License-Identifier: MIT
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

// The folder of the package that a module belongs to; undefined: it is ours.
function packageOf(module: string): string | undefined {
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module);
  return match?.[1];
}

// What a package's licence asks to be passed on with it. Packages without a
// file of their own are told by name, author and licence.
function noticeOf(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
  const text = file
    ? readFileSync(join(folder, file), 'utf8').trim()
    : `Licence: ${about.license}`;
  return `${about.name} ${about.version}\n\n${text}\n`;
}

// Writes /assets/licences.txt: the notices of all packages that became part of
// the dashboard, and of no others.
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle(_, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        for (const module of chunk.moduleIds) {
          const folder = packageOf(module.replaceAll('\0', ''));
          if (folder && existsSync(join(folder, 'package.json'))) {
            folders.add(folder);
          }
        }
      }
      this.emitFile({
        type: 'asset',
        fileName: 'assets/licences.txt',
        source: [...folders].sort().map(noticeOf).join('\n----\n\n'),
      });
    },
  };
}
