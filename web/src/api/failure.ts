// SPDX-License-Identifier: MIT
import { Code, ConnectError } from '@connectrpc/connect';

import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../gen/google/rpc/error_details_pb';

// Why a call failed, as the pages show it.
export interface Failure {
  // The status in the API's own spelling, "INVALID_ARGUMENT"; "OFFLINE" where
  // the server could not be reached at all.
  code: string;
  // The server's sentence. Empty with OFFLINE: there is none.
  sentence: string;
  field?: string; // of the request, as the proto names it: "temperature"
  reason?: string; // of google.rpc.ErrorInfo: "NOT_TRAINED"
  retryMs?: number; // waiting so long may help
}

// "INVALID_ARGUMENT" of Code.InvalidArgument.
function nameOf(code: Code): string {
  return Code[code]
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .replace('CANCELED', 'CANCELLED');
}

// fetch() rejects with a TypeError where no answer came at all.
function isOffline(error: ConnectError): boolean {
  return error.cause instanceof TypeError;
}

function withDetails(failure: Failure, error: ConnectError): Failure {
  const violation = error.findDetails(BadRequestSchema)[0]?.fieldViolations[0];
  if (violation?.field) failure.field = violation.field;
  const info = error.findDetails(ErrorInfoSchema)[0];
  if (info?.reason) failure.reason = info.reason;
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  if (delay) {
    failure.retryMs = Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  }
  return failure;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof TypeError) return { code: 'OFFLINE', sentence: '' };
  const status = ConnectError.from(error);
  if (isOffline(status)) return { code: 'OFFLINE', sentence: '' };
  return withDetails(
    { code: nameOf(status.code), sentence: status.rawMessage },
    status,
  );
}
