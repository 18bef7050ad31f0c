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

// The model's name where none is given.
export function suggestedModel({ source, dataset, file }: Data): string {
  if (source === 'file' && file) return nameForFile(file.name) || 'mine';
  if (source === 'dataset' && !dataset.startsWith('sha256:')) return dataset;
  return 'mine';
}
