// SPDX-License-Identifier: MIT
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';

import { Inspector } from '../src/gen/microgpt/v1/inspector_pb';
import { MicroGpt } from '../src/gen/microgpt/v1/microgpt_pb';
import { Registry } from '../src/gen/microgpt/v1/registry_pb';

// The API of a server, to compare pages with.
//   baseUrl: where it speaks HTTP
export function clientsOf(baseUrl: string) {
  const transport = createConnectTransport({
    baseUrl,
    httpVersion: '1.1',
    // As the pages ask: a float has other digits in JSON than in binary.
    useBinaryFormat: false,
  });
  return {
    microgpt: createClient(MicroGpt, transport),
    registry: createClient(Registry, transport),
    inspector: createClient(Inspector, transport),
  };
}
