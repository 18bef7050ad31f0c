// SPDX-License-Identifier: MIT
import type { Component } from 'svelte';

import type { IconName } from '../controls/icons';
import type { Catalogue } from '../language/en';
import { match, type Parameters, type Pattern, pattern } from './address';

// Titles stand in the catalogues, language/*/app.ts.
export type PageName = keyof Catalogue['app']['pages'];

// A page's component; those whose address has parameters get them.
export type PageComponent =
  Component<{ parameters: Parameters }> | Component<Record<string, never>>;

export interface Route {
  name: PageName;
  pattern: Pattern;
  load: () => Promise<{ default: PageComponent }>;
}

// Every page, fetched when it is first opened.
const table: readonly Route[] = [
  {
    name: 'models',
    pattern: pattern('/models'),
    load: () => import('../pages/models/Models.svelte'),
  },
  {
    name: 'model',
    pattern: pattern('/models/:model'),
    load: () => import('../pages/models/Model.svelte'),
  },
  {
    name: 'train',
    pattern: pattern('/train'),
    load: () => import('../pages/train/Train.svelte'),
  },
  {
    name: 'run',
    pattern: pattern('/runs/:job'),
    load: () => import('../pages/run/Run.svelte'),
  },
  {
    name: 'compare',
    pattern: pattern('/compare'),
    load: () => import('../pages/compare/Compare.svelte'),
  },
  {
    name: 'playground',
    pattern: pattern('/playground'),
    load: () => import('../pages/playground/Playground.svelte'),
  },
  {
    name: 'playground',
    pattern: pattern('/playground/:view'),
    load: () => import('../pages/playground/Playground.svelte'),
  },
  {
    name: 'system',
    pattern: pattern('/system'),
    load: () => import('../pages/system/System.svelte'),
  },
  {
    name: 'inside',
    pattern: pattern('/models/:model/inside'),
    load: () => import('../pages/inside/Inside.svelte'),
  },
  {
    name: 'inside',
    pattern: pattern('/runs/:job/inside'),
    load: () => import('../pages/inside/Inside.svelte'),
  },
  {
    name: 'weights',
    pattern: pattern('/models/:model/weights'),
    load: () => import('../pages/weights/Weights.svelte'),
  },
  {
    name: 'weights',
    pattern: pattern('/runs/:job/weights'),
    load: () => import('../pages/weights/Weights.svelte'),
  },
  {
    name: 'learn',
    pattern: pattern('/learn'),
    load: () => import('../pages/learn/Learn.svelte'),
  },
];

// What stands in the navigation, in order.
export const navigation: readonly {
  page: PageName;
  path: string;
  icon: IconName;
  also?: string; // other addresses that belong to it
}[] = [
  { page: 'models', path: '/models', icon: 'models' },
  { page: 'train', path: '/train', icon: 'train', also: '/runs' },
  { page: 'compare', path: '/compare', icon: 'compare' },
  { page: 'playground', path: '/playground', icon: 'generate' },
  { page: 'learn', path: '/learn', icon: 'learn' },
  { page: 'system', path: '/system', icon: 'system' },
];

// Where an address without a path leads.
export const home = '/models';

export function findRoute(
  path: string,
): { route: Route; parameters: Parameters } | undefined {
  for (const route of table) {
    const parameters = match(route.pattern, path);
    if (parameters) return { route, parameters };
  }
  return undefined;
}

// Whether a page of the navigation is the one, or around the one, at `path`.
export function isWithin(path: string, entry: string): boolean {
  return path === entry || path.startsWith(entry + '/');
}
