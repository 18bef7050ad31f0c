// SPDX-License-Identifier: MIT
import type { Model } from '../../gen/microgpt/v1/registry_pb';

// "names@3", which always means the same.
export function referenceOf(model: Model): string {
  return `${model.name}@${model.version}`;
}

// ["names@prod"], the references that are moved from version to version.
export function aliasesOf({ name, aliases }: Model): string[] {
  return aliases.map((alias) => `${name}@${alias}`);
}

// "names" of "names", "names@3" and "names@prod".
export function nameIn(reference: string): string {
  return reference.split('@')[0]!;
}

// A model name for a file: "My pets.txt" makes "my-pets".
export function nameForFile(file: string): string {
  return file
    .toLowerCase()
    .replace(/\.(txt|json|csv|safetensors)$/, '')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63);
}
