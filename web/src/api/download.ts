// SPDX-License-Identifier: MIT
import { ModelFormat } from '../gen/microgpt/v1/registry_pb';
import { registry } from './clients';

// Hands a file to the reader, as a click on a link to it would.
export function save(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has its own hold on it once the download has begun.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const endings: Partial<Record<ModelFormat, string>> = {
  [ModelFormat.JSON]: 'json',
  [ModelFormat.SAFETENSORS]: 'safetensors',
};

// A model's file. `received` hears how many bytes have come so far.
export async function exportModel(
  model: string,
  format: ModelFormat,
  received: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const { chunk } of registry.exportModel(
    { model, format },
    { signal },
  )) {
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
    received((bytes += chunk.length));
  }
  save(`${model}.${endings[format] ?? 'model'}`, new Blob(chunks));
}
