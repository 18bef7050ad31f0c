// SPDX-License-Identifier: MIT
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

import { descriptors } from './descriptors';
import { licences } from './licences';

// The server that `npm run dev` talks to.
const server = process.env['DASHBOARD_API'] ?? 'http://127.0.0.1:8080';

function chunkOf(module: string): string | undefined {
  const from = (folder: RegExp) => folder.test(module);
  if (from(/node_modules\/(d3-\w+|internmap)\//)) return 'charts';
  if (from(/\/src\/charts\//)) return 'charts';
  if (from(/node_modules|\0/)) return 'libraries';
  // A run's page has this panel alone of them.
  if (from(/\/src\/panels\/NextTokens\.svelte/)) return undefined;
  if (
    from(
      /\/src\/(inside|panels)\/|\/src\/pages\/(inside|weights|learn|playground)\//,
    )
  ) {
    return 'inside';
  }
  if (from(/\/src\/pages\/(models|system|train)\//)) return 'lists';
  if (from(/\/src\/(api|app|controls|gen|state)\//)) return 'frame';
  return undefined;
}

export default defineConfig({
  plugins: [descriptors(), svelte(), licences()],
  build: {
    target: 'es2022',
    // A twentieth smaller than what esbuild makes of it.
    minify: 'terser',
    terserOptions: { module: true, compress: { passes: 3 } },
    // The page's Content-Security-Policy allows neither data: nor inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Few files compress better than many: what every page needs in one, what
    // charts need in another.
    rollupOptions: { output: { manualChunks: chunkOf } },
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
