// SPDX-License-Identifier: MIT
import type { Catalogue } from '../en';
import { app } from './app';
import { failures } from './failures';
import { models } from './models';

export const zh: Catalogue = { app, failures, models };
