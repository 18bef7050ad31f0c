// SPDX-License-Identifier: MIT
import type { Model } from '../../gen/microgpt/v1/registry_pb';

// A version's loss; undefined: it is not known. One that was trained here has
// one, which may be 0; of an imported one 0 stands for a file that tells none.
export function lossOf(model: Pick<Model, 'job' | 'loss'>): number | undefined {
  return model.job || model.loss > 0 ? model.loss : undefined;
}
