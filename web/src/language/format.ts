// SPDX-License-Identifier: MIT
//
// Numbers, times and sizes as the reader's language writes them.
import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';

import { language } from './language.svelte';

const formats = new Map<string, Intl.NumberFormat>();

function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language.tag + JSON.stringify(options);
  let found = formats.get(key);
  if (!found)
    formats.set(key, (found = new Intl.NumberFormat(language.tag, options)));
  return found;
}

// 4,192
export function integer(value: number | bigint): string {
  return format({ maximumFractionDigits: 0 }).format(value);
}

// 2.317 with three digits behind the point
export function fixed(value: number, digits: number): string {
  return format({
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

// 0.00123 with so many digits that mean something; 1.2E-8 where it is tiny
export function significant(value: number, digits = 3): string {
  const small = value !== 0 && Math.abs(value) < 1e-4;
  return format({
    maximumSignificantDigits: digits,
    ...(small ? { notation: 'scientific' } : {}),
  }).format(value);
}

// 4.2K
export function compact(value: number): string {
  return format({ notation: 'compact', maximumFractionDigits: 1 }).format(
    value,
  );
}

// 47 %
export function percent(share: number, digits = 0): string {
  return format({
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(share);
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

// 1.2 MiB: in powers of 1024, as the server's limits are.
export function bytes(value: number | bigint): string {
  let size = Number(value);
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; ++unit) size /= 1024;
  const digits = size < 10 && unit > 0 ? 1 : 0;
  return `${format({ maximumFractionDigits: digits }).format(size)} ${units[unit]}`;
}

export function secondsOf(duration: Duration | undefined): number {
  return duration ? Number(duration.seconds) + duration.nanos / 1e9 : 0;
}

function unit(value: number, name: string, digits: number): string {
  return format({
    style: 'unit',
    unit: name,
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(value);
}

// 12 ms, 3.4 sec, 5 min
export function elapsed(seconds: number): string {
  if (seconds < 1)
    return unit(seconds * 1000, 'millisecond', seconds < 0.01 ? 1 : 0);
  if (seconds < 60) return unit(seconds, 'second', seconds < 10 ? 1 : 0);
  if (seconds < 3600) return unit(seconds / 60, 'minute', 0);
  return unit(seconds / 3600, 'hour', 1);
}

function dateOf(timestamp: Timestamp): Date {
  return new Date(Number(timestamp.seconds) * 1000 + timestamp.nanos / 1e6);
}

// 28 Nov 2026, 10:14:03
export function time(timestamp: Timestamp): string {
  return new Intl.DateTimeFormat(language.tag, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  }).format(dateOf(timestamp));
}

const spans: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

// 5 minutes ago
export function ago(timestamp: Timestamp, now = Date.now()): string {
  const seconds = Math.min(0, (dateOf(timestamp).getTime() - now) / 1000);
  const relative = new Intl.RelativeTimeFormat(language.tag, {
    numeric: 'auto',
  });
  for (const [name, length] of spans) {
    if (-seconds >= length)
      return relative.format(Math.trunc(seconds / length), name);
  }
  return relative.format(Math.trunc(seconds), 'second');
}
