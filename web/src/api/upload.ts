// SPDX-License-Identifier: MIT
//
// Calls that stream a file to the server. Connect's own client refuses them in
// a browser, since fetch() cannot send a body bit by bit; but a body that is
// complete is the same bytes on the wire.
import {
  type DescMethodClientStreaming,
  type MessageInitShape,
  type MessageShape,
  create,
  fromJson,
  toJsonString,
} from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  codeFromString,
  errorFromJson,
} from '@connectrpc/connect/protocol-connect';

import { type Dataset } from '../gen/microgpt/v1/microgpt_pb';
import { type Model, Registry } from '../gen/microgpt/v1/registry_pb';
import { envelope, openEnvelopes } from './envelope';

// In bytes; the server takes at most 1 MiB a chunk.
const chunkBytes = 512 * 1024;

// `first`, with the file's first bytes; then chunks alone. Also an empty file
// makes a message.
async function framesOf<D extends DescMethodClientStreaming>(
  method: D,
  first: MessageInitShape<D['input']> & object,
  file: Blob,
): Promise<Blob> {
  const frames: Uint8Array<ArrayBuffer>[] = [];
  const encoder = new TextEncoder();
  for (let at = 0; at === 0 || at < file.size; at += chunkBytes) {
    const bytes = await file.slice(at, at + chunkBytes).arrayBuffer();
    const message = create(method.input, {
      ...(at === 0 ? first : {}),
      chunk: new Uint8Array(bytes),
    } as unknown as MessageInitShape<D['input']>);
    const json = toJsonString(method.input, message);
    frames.push(envelope(encoder.encode(json)));
  }
  return new Blob(frames);
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
    const json = JSON.parse(decoder.decode(data));
    if (!end) {
      const options = { ignoreUnknownFields: true };
      answer = fromJson<D['output']>(method.output, json, options);
    } else if (json.error) {
      throw errorIn(JSON.stringify(json.error), 'the upload failed');
    }
  }
  if (!answer)
    throw new ConnectError('the server sent no answer', Code.Unknown);
  return answer;
}

// Sends a file as a stream of messages and gives the call's one answer.
// Throws a ConnectError as the other calls do.
export async function upload<D extends DescMethodClientStreaming>(
  method: D,
  first: MessageInitShape<D['input']> & object,
  file: Blob,
  signal?: AbortSignal,
): Promise<MessageShape<D['output']>> {
  const body = await framesOf(method, first, file);
  const response = await fetch(`/${method.parent.typeName}/${method.name}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/connect+json',
      'Connect-Protocol-Version': '1',
    },
    body,
    signal: signal ?? null,
  });
  return answerOf(method, response);
}

export function importModel(
  model: string,
  dataset: string,
  file: Blob,
  signal?: AbortSignal,
): Promise<Model> {
  const first = { model, dataset };
  return upload(Registry.method.importModel, first, file, signal);
}

export function addDataset(
  name: string,
  file: Blob,
  signal?: AbortSignal,
): Promise<Dataset> {
  return upload(Registry.method.addDataset, { name }, file, signal);
}
