// SPDX-License-Identifier: MIT
import { nameForFile } from '../models/reference';

export type DataSource = 'dataset' | 'text' | 'file';

// What to learn from: one of the three, the others kept for a change of mind.
export interface Data {
  source: DataSource;
  dataset: string;
  text: string;
  file: File | undefined;
}

// The model's name where none is given: none that the documents' examples have,
// whose next version it would be.
export function suggestedModel({ source, dataset, file }: Data): string {
  if (source === 'text') return 'pasted';
  if (source === 'file' && file) return nameForFile(file.name) || 'unnamed';
  if (source === 'dataset' && !dataset.startsWith('sha256:')) return dataset;
  return 'unnamed';
}

// What there is to give before a training can begin.
export function missingIn({ source, text, file }: Data) {
  if (source === 'text' && text.trim() === '') return 'text';
  if (source === 'file' && !file) return 'file';
  return undefined;
}
