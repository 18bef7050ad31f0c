// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';
import { app } from './app';
import { characters } from './characters';
import { charts } from './charts';
import { failures } from './failures';
import { inside } from './inside';
import { learn } from './learn';
import { models } from './models';
import { weights } from './weights';

export const ja: Catalogue = {
  app,
  characters,
  charts,
  failures,
  inside,
  learn,
  models,
  weights,
};
