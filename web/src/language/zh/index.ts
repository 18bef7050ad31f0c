// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';
import { app } from './app';
import { charts } from './charts';
import { failures } from './failures';
import { models } from './models';

export const zh: Catalogue = { app, charts, failures, models };
