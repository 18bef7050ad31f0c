// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';
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

export const ja: Catalogue = {
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
