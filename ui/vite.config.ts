/** How each page is built: a page is a folder with an index.html, and its files are served below its own address. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type UserConfig } from 'vite';

export const pages = ['booking', 'sandbox', 'staff'] as const;
const built = '../../src/saveit/web/pages/built';
const server = process.env['SAVEIT_SERVER'] ?? 'http://127.0.0.1:8000';

const shared: UserConfig = {
  plugins: [svelte()],
  // How long each plugin took is nobody's concern who builds to run.
  build: { target: 'es2022', modulePreload: { polyfill: false }, emptyOutDir: true, reportCompressedSize: false, rolldownOptions: { checks: { pluginTimings: false } } },
  server: {
    proxy: { '/api': server, '/sandbox/api': server, '/calendar': server, '/ws': { target: server, ws: true } },
  },
};

/** The page in `name`: HTML, hashed assets, and whatever stands in its public folder. */
function page(name: string): UserConfig {
  return {
    ...shared,
    root: name,
    base: `/${name}/`,
    // A folder of the config's own would be shared; each page has its own files that keep their names.
    publicDir: 'public',
    build: { ...shared.build, outDir: `${built}/${name}` },
  };
}

/** The booking page is one script: it is put into the page itself, which asks for nothing more; see build.js. */
function booking(): UserConfig {
  const plain = page('booking');
  return { ...plain, build: { ...plain.build, rolldownOptions: { ...shared.build?.rolldownOptions, output: { codeSplitting: false } } } };
}

/** The chat widget: one script that a restaurant puts on its own site, and the page that shows how. */
function widget(): UserConfig {
  return {
    ...shared,
    root: 'chat-widget',
    base: '/chat-widget/',
    build: {
      ...shared.build,
      outDir: `${built}/chat-widget`,
      cssCodeSplit: false,
      lib: { entry: 'widget.ts', formats: ['iife'], name: 'SaveItChat', fileName: () => 'widget.js' },
    },
  };
}

export default defineConfig(({ mode }) => {
  if (mode === 'chat-widget') return widget();
  if (mode === 'booking') return booking();
  if ((pages as readonly string[]).includes(mode)) return page(mode);
  // Vitest, and whoever asks for no page in particular.
  return { plugins: [svelte()] };
});
