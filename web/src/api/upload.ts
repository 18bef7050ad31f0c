// SPDX-License-Identifier: MIT
//
// Calls that stream a file to the server. Connect's own client refuses them in
// a browser, which cannot send a body bit by bit over HTTP/1.1; but a body that
// is complete is the same bytes on the wire.
import {
  type DescMethodClientStreaming,
  type MessageInitShape,
  type MessageShape,
  create,
  fromBinary,
  toBinary,
} from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  codeFromString,
  errorFromJson,
} from '@connectrpc/connect/protocol-connect';

import { type Dataset } from '../gen/microgpt/v1/microgpt_pb';
import { type Model, Registry } from '../gen/microgpt/v1/registry_pb';
import { envelopeHead, openEnvelopes } from './envelope';
import { beginCall, timings } from './timings.svelte';

// In bytes; the server takes at most 1 MiB a chunk.
const chunkBytes = 512 * 1024;

// How an upload is followed.
export interface Sending {
  signal?: AbortSignal;
  // Hears which share of the file, 0 to 1, is on its way.
  sent?: (share: number) => void;
}

// A message without the chunk's bytes, which are its end: so they need not be
// read into memory.
function messageHead<D extends DescMethodClientStreaming>(
  { input }: D,
  first: MessageInitShape<D['input']>,
  size: number,
): Uint8Array<ArrayBuffer> {
  const chunk = input.fields.find(({ name }) => name === 'chunk')!;
  const head = new BinaryWriter()
    .raw(toBinary(input, create(input, first)))
    .tag(chunk.number, WireType.LengthDelimited)
    .uint32(size)
    .finish();
  return new Uint8Array([...envelopeHead(head.length + size), ...head]);
}

// `first`, with the file's first bytes; then chunks alone. Also an empty file
// makes a message. The browser reads the file when it sends it.
function bodyOf<D extends DescMethodClientStreaming>(
  method: D,
  first: MessageInitShape<D['input']>,
  file: Blob,
): Blob {
  const parts: BlobPart[] = [];
  const none = {} as MessageInitShape<D['input']>;
  for (let at = 0; at === 0 || at < file.size; at += chunkBytes) {
    const chunk = file.slice(at, at + chunkBytes);
    const head = messageHead(method, at === 0 ? first : none, chunk.size);
    parts.push(head, chunk);
  }
  return new Blob(parts);
}

// What fetch() does, and also tells how much is sent.
function post(
  path: string,
  body: Blob,
  { signal, sent }: Sending,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = 'arraybuffer';
    request.setRequestHeader('Content-Type', 'application/connect+proto');
    request.setRequestHeader('Connect-Protocol-Version', '1');
    request.upload.onprogress = ({ loaded }) => sent?.(loaded / body.size);
    request.onload = () => {
      const { response, status, statusText } = request;
      resolve(new Response(response, { status, statusText }));
    };
    request.onerror = () => reject(new TypeError('no answer'));
    request.onabort = () => reject(new DOMException('given up', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}

// The error that stands in a plain JSON body, or in the last envelope.
function errorIn(json: string, fallback: string): ConnectError {
  try {
    const error = JSON.parse(json) as { code?: string };
    const code = codeFromString(error.code ?? '') ?? Code.Unknown;
    return errorFromJson(
      error as Parameters<typeof errorFromJson>[0],
      undefined,
      new ConnectError(fallback, code),
    );
  } catch {
    return new ConnectError(fallback, Code.Unknown);
  }
}

async function answerOf<D extends DescMethodClientStreaming>(
  method: D,
  response: Response,
): Promise<MessageShape<D['output']>> {
  if (!response.ok) {
    const fallback = `HTTP ${response.status} ${response.statusText}`;
    throw errorIn(await response.text(), fallback);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const decoder = new TextDecoder();
  let answer: MessageShape<D['output']> | undefined;
  for (const { end, data } of openEnvelopes(bytes)) {
    if (!end) {
      answer = fromBinary<D['output']>(method.output, data);
      continue;
    }
    const { error } = JSON.parse(decoder.decode(data));
    if (error) throw errorIn(JSON.stringify(error), 'the upload failed');
  }
  if (!answer)
    throw new ConnectError('the server sent no answer', Code.Unknown);
  return answer;
}

// Sends a file as a stream of messages and gives the call's one answer.
// Throws a ConnectError as the other calls do, and what the browser says of a
// file that cannot be read.
async function upload<D extends DescMethodClientStreaming>(
  method: D,
  first: MessageInitShape<D['input']>,
  file: Blob,
  sending: Sending,
): Promise<MessageShape<D['output']>> {
  const path = `/${method.parent.typeName}/${method.name}`;
  const body = bodyOf(method, first, file);
  const call = beginCall(timings, method.name, sending.signal);
  try {
    const answer = await answerOf(method, await post(path, body, sending));
    call.succeed();
    return answer;
  } catch (error) {
    call.fail();
    // A file that is gone, or was changed, looks like a server that is gone.
    if (error instanceof TypeError) await file.slice(0, 1).arrayBuffer();
    throw error;
  }
}

export function importModel(
  model: string,
  dataset: string,
  file: Blob,
  sending: Sending = {},
): Promise<Model> {
  const first = { model, dataset };
  return upload(Registry.method.importModel, first, file, sending);
}

export function addDataset(
  name: string,
  file: Blob,
  sending: Sending = {},
): Promise<Dataset> {
  return upload(Registry.method.addDataset, { name }, file, sending);
}
