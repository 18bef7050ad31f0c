// SPDX-License-Identifier: MIT
//
// The words of the dashboard, by place. English is what the other languages
// are held to: they have the same names, or do not compile.
import { app } from './app';
import { charts } from './charts';
import { failures } from './failures';
import { models } from './models';

export const en = { app, charts, failures, models };

export type Catalogue = typeof en;
