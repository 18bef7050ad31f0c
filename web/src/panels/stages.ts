// SPDX-License-Identifier: MIT
import { language } from '../language/language.svelte';
import type { Stage } from '../inside/stream';

// A stage's name as people read it: "attention 0".
export function stageName({ kind, layer }: Pick<Stage, 'kind' | 'layer'>) {
  const { stages } = language.text.inside.stream;
  if (kind === 'embedding') return stages.embedding;
  return kind === 'attention'
    ? stages.attention(String(layer))
    : stages.mlp(String(layer));
}

// The same of the API's name, "layer0.attention".
export function stageNameOf(name: string): string {
  const match = /^layer(\d+)\.(attention|mlp)$/.exec(name);
  if (!match) return stageName({ kind: 'embedding', layer: -1 });
  const kind = match[2] === 'mlp' ? 'mlp' : 'attention';
  return stageName({ kind, layer: Number(match[1]) });
}
