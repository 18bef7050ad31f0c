// SPDX-License-Identifier: MIT
//
// The words of the dashboard, by place. English is what the other languages
// are held to: they have the same names, or do not compile.
import { app } from './app';
import { characters } from './characters';
import { charts } from './charts';
import { failures } from './failures';
import { inside } from './inside';
import { learn } from './learn';
import { models } from './models';
import { weights } from './weights';

export const en = {
  app,
  characters,
  charts,
  failures,
  inside,
  learn,
  models,
  weights,
};

export type Catalogue = typeof en;
