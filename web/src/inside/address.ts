// SPDX-License-Identifier: MIT
import type { QueryChange } from '../app/address';

// A whole number of the address, within its limits; the nearest of them where
// it is outside, `otherwise` where it is none.
export function integerOf(
  text: string | undefined,
  from: number,
  to: number,
  otherwise: number,
): number {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return otherwise;
  return Math.max(from, Math.min(to, Number(text)));
}

// A real number of the address, likewise.
export function realOf(
  text: string | undefined,
  from: number,
  to: number,
  otherwise: number,
): number {
  const value = Number(text);
  if (!text || !Number.isFinite(value)) return otherwise;
  return Math.max(from, Math.min(to, value));
}

// What a panel shows of a trace. A page keeps it in its address.
export interface Choice {
  readonly position: number;
  readonly layer: number;
  readonly head: number;
  readonly neuron: number;
  readonly stage: number; // of the residual stream
  set(change: QueryChange): void;
}
