// SPDX-License-Identifier: MIT
import { registry } from '../api/clients';
import type { Dataset } from '../gen/microgpt/v1/microgpt_pb';
import { load } from './load.svelte';

// A dataset as people know it. Jobs and models have only its id: names, which
// come and go, stand in the list of datasets. To be called while a component is
// made.
export function datasetNames(): (dataset: Dataset | undefined) => string {
  const datasets = load((signal) =>
    registry.listDatasets({ pageSize: 1000 }, { signal }),
  );
  return (dataset) => {
    if (!dataset) return '–';
    const known = datasets.value?.datasets.find(({ id }) => id === dataset.id);
    return known?.names[0] ?? dataset.names[0] ?? `${dataset.id.slice(0, 15)}…`;
  };
}
