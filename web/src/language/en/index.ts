// SPDX-License-Identifier: MIT
//
// The words of the dashboard, by place. English is what the other languages
// are held to: they have the same names, or do not compile.
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

export const en = {
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

export type Catalogue = typeof en;
