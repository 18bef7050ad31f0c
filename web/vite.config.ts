// SPDX-License-Identifier: MIT
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

import { licences } from './licences';

// The server that `npm run dev` talks to.
const server = process.env['MICROGPT_HTTP'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte(), licences()],
  build: {
    target: 'es2022',
    // The page's Content-Security-Policy allows neither data: nor inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    // The server takes calls from its own pages only: Host and Origin are its.
    proxy: {
      '^/microgpt\\.v1\\.': {
        target: server,
        changeOrigin: true,
        headers: { origin: server },
      },
    },
  },
  // Svelte's browser build, whose runes work without a page too.
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
