// SPDX-License-Identifier: MIT
import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';

import { startFront } from './front';
import { startServer } from './server';

declare module 'vitest' {
  interface ProvidedContext {
    api: string; // where the server speaks HTTP
    pages: string; // where the dashboard is
    browser: string; // where Chromium is told what to do
  }
}

function startBrowser() {
  return chromium.launchServer({
    executablePath: process.env['CHROMIUM']!,
    host: '127.0.0.1',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A name of somebody else's that he let point here.
      '--host-resolver-rules=MAP rebound.test 127.0.0.1',
    ],
  });
}

async function hasDashboard(pages: string): Promise<boolean> {
  return (await (await fetch(pages)).text()).includes('id="app"');
}

// Starts what the tests talk to, once for all files.
export default async function setup(project: TestProject) {
  const server = await startServer(process.env['DASHBOARD_SERVER']!);
  const dist = process.env['DASHBOARD_DIST'];
  const front = dist ? await startFront(server.http, dist) : undefined;
  const pages = front?.origin ?? server.http;
  if (!(await hasDashboard(pages))) {
    await server.stop();
    throw new Error('this server has no dashboard: build it in, or say --dist');
  }
  const browser = await startBrowser();
  project.provide('api', server.http);
  project.provide('pages', pages);
  project.provide('browser', browser.wsEndpoint());
  return async () => {
    await browser.close();
    await front?.stop();
    await server.stop();
  };
}
