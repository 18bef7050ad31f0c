// SPDX-License-Identifier: MIT
//
// Makes src/gen/ from ../proto with protoc: the messages and services as
// TypeScript. It is never committed, so it cannot lag behind the interface.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const proto = join(web, '..', 'proto');
const out = join(web, 'src', 'gen');
const files = [
  'microgpt/v1/microgpt.proto',
  'microgpt/v1/registry.proto',
  'microgpt/v1/inspector.proto',
  'google/rpc/error_details.proto',
];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
execFileSync(
  'protoc',
  [
    `--plugin=protoc-gen-es=${join(web, 'node_modules/.bin/protoc-gen-es')}`,
    `--proto_path=${proto}`,
    `--es_out=${out}`,
    '--es_opt=target=ts',
    ...files,
  ],
  { stdio: 'inherit' },
);
