// SPDX-License-Identifier: MIT
//
// The residual stream of a traced text: what it is like after each stage.
import type {
  Array as Numbers,
  TraceResponse,
  TraceResponse_Lens,
} from '../gen/microgpt/v1/inspector_pb';
import { cosine, norm, part } from './arrays';

export interface Stage {
  layer: number; // -1: before the first
  kind: 'embedding' | 'attention' | 'mlp';
  values: Numbers | undefined; // [n, E]
}

// The stages of a trace with PART_RESIDUAL, in order.
export function stagesOf(
  trace: Pick<TraceResponse, 'embedding' | 'layers'>,
): Stage[] {
  const stages: Stage[] = [
    { layer: -1, kind: 'embedding', values: trace.embedding },
  ];
  for (const { layer, residualMiddle, residual } of trace.layers) {
    stages.push(
      { layer, kind: 'attention', values: residualMiddle },
      { layer, kind: 'mlp', values: residual },
    );
  }
  return stages.filter(({ values }) => values !== undefined);
}

function count(stages: readonly Stage[]): number {
  return stages[0]?.values?.shape[0] ?? 0;
}

// [stages, n], the stream's L2 norm.
export function normsOf(stages: readonly Stage[]): number[] {
  const n = count(stages);
  return stages.flatMap(({ values }) =>
    Array.from({ length: n }, (_, at) => norm(part(values, at))),
  );
}

// [stages - 1, n], how much a stage left of the direction before it: the
// cosine between the stream before and after.
export function turnsOf(stages: readonly Stage[]): number[] {
  const n = count(stages);
  return stages
    .slice(1)
    .flatMap(({ values }, index) =>
      Array.from({ length: n }, (_, at) =>
        cosine(part(stages[index]!.values, at), part(values, at)),
      ),
    );
}

// [n, n], the cosine between the streams of every two positions.
export function likenessOf(stage: Stage): number[] {
  const n = stage.values?.shape[0] ?? 0;
  const rows = Array.from({ length: n }, (_, at) => part(stage.values, at));
  return rows.flatMap((a) => rows.map((b) => cosine(a, b)));
}

export interface Course {
  text: string;
  // Its own after each stage; undefined: below all that were asked for.
  probabilities: (number | undefined)[];
}

// How the order of candidates forms at a position: the course of those that
// lead after the last stage.
export function coursesOf(
  lens: readonly TraceResponse_Lens[],
  position: number,
  most: number,
): Course[] {
  const lists = lens.map(
    ({ positions }) => positions[position]?.candidates ?? [],
  );
  const leading = lists.at(-1)?.slice(0, most) ?? [];
  return leading.map(({ token }) => {
    const places = lists.map((list) =>
      list.findIndex((candidate) => candidate.token?.id === token?.id),
    );
    return {
      text: token?.text ?? '',
      probabilities: places.map((at, stage) => lists[stage]![at]?.probability),
    };
  });
}
