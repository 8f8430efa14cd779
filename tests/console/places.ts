import { resolve } from 'node:path';
import { createServer } from 'vite';
import type { Role } from '#contracts';

/** A page of the console, as apps/console/src/app/place.ts has it. */
export interface ConsolePlace {
  readonly path: string;
  readonly roles?: readonly Role[];
  readonly nav?: { readonly label: { readonly zh: string; readonly en: string } };
}

/** The clone: this file runs as dist/tests/console/places.js. */
const root = resolve(import.meta.dirname, '../../..');

/** Every page that the console has, read from its own list, so that no test can forget a new one. */
export async function consolePlaces(): Promise<readonly ConsolePlace[]> {
  const server = await createServer({
    root: resolve(root, 'apps/console'),
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    cacheDir: resolve(root, 'dist/.vite-tests'),
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    const { places } = (await server.ssrLoadModule('/src/app/places.tsx')) as { places: readonly ConsolePlace[] };
    if (places.length === 0) throw new Error('The console has no pages');
    return places;
  } finally {
    await server.close();
  }
}
