// SPDX-License-Identifier: MIT
//
// The server's services, over the Connect protocol in JSON, on the origin that
// served the page.
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';

import { Inspector } from '../gen/microgpt/v1/inspector_pb';
import { MicroGpt } from '../gen/microgpt/v1/microgpt_pb';
import { Registry } from '../gen/microgpt/v1/registry_pb';
import { timed, timings } from './timings.svelte';

// Relative addresses stay on the page's own origin.
const transport = createConnectTransport({
  baseUrl: globalThis.location?.origin ?? 'http://localhost',
  useBinaryFormat: false,
  interceptors: [timed(timings)],
  // An answer of a newer server may have fields that this page does not know.
  jsonOptions: { ignoreUnknownFields: true },
});

export const microgpt = createClient(MicroGpt, transport);
export const registry = createClient(Registry, transport);
export const inspector = createClient(Inspector, transport);
