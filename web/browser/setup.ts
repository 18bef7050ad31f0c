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
  const dist = process.env['DASHBOARD_DIST'];
  const front = dist ? await startFront(server.http, dist) : undefined;
  project.provide('api', server.http);
  project.provide('pages', front?.origin ?? server.http);
  const page = await (await fetch(project.getProvidedContext().pages)).text();
  if (!page.includes('id="app"')) {
    await server.stop();
    throw new Error('this server has no dashboard: build it in, or say --dist');
  }
  return async () => {
    await front?.stop();
    await server.stop();
  };
}
