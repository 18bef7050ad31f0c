// SPDX-License-Identifier: MIT
import type { TestProject } from 'vitest/node';

import { startFront } from './front';
import { startServer } from './server';

declare module 'vitest' {
  interface ProvidedContext {
    api: string; // where the server speaks HTTP
    pages: string; // where the dashboard is
  }
}

// Starts what the tests talk to, once for all files.
export default async function setup(project: TestProject) {
  const server = await startServer(process.env['DASHBOARD_SERVER']!);
  const own = Boolean(process.env['DASHBOARD_OWN_PAGES']);
  const front = own ? undefined : await startFront(server.http);
  project.provide('api', server.http);
  project.provide('pages', front?.origin ?? server.http);
  return async () => {
    await front?.stop();
    await server.stop();
  };
}
