// SPDX-License-Identifier: MIT
//
// The words of the dashboard, by place. English is what the other languages
// are held to: they have the same names, or do not compile.
import { app } from './app';
import { characters } from './characters';
import { charts } from './charts';
import { compare } from './compare';
import { config } from './config';
import { failures } from './failures';
import { inside } from './inside';
import { learn } from './learn';
import { models } from './models';
import { panels } from './panels';
import { playground } from './playground';
import { run } from './run';
import { system } from './system';
import { train } from './train';
import { weights } from './weights';

export const en = {
  app,
  characters,
  charts,
  compare,
  config,
  failures,
  inside,
  learn,
  models,
  panels,
  playground,
  run,
  system,
  train,
  weights,
};

export type Catalogue = typeof en;
