// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';
import { app } from './app';
import { charts } from './charts';
import { compare } from './compare';
import { config } from './config';
import { failures } from './failures';
import { models } from './models';
import { panels } from './panels';
import { playground } from './playground';
import { run } from './run';
import { system } from './system';
import { train } from './train';

export const zh: Catalogue = {
  app,
  charts,
  compare,
  config,
  failures,
  models,
  panels,
  playground,
  run,
  system,
  train,
};
