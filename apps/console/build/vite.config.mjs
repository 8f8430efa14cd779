// How the console is built: one folder of hashed files, no inline script or style, nothing from anywhere else.
import { join, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { withStaticLook } from './static-look-plugin.mjs';

export const root = resolve(import.meta.dirname, '..');
export const outDir = resolve(root, '../../dist/console');
const drawingDir = resolve(root, '../../dist/console-drawing');

const conditions = ['quanlian-browser', 'quanlian-source', 'module', 'browser', 'development|production'];
const adopted = join(import.meta.dirname, 'adopted-styles.mjs');

/** Ant Design's own writer of style elements is replaced: see adopted-styles.mjs. */
function withoutInlineStyles() {
  return {
    name: 'without-inline-styles',
    enforce: 'pre',
    load(id) {
      const isWriter = /@rc-component\/util\/(es|lib)\/Dom\/dynamicCSS\.js$/.test(id.split('?')[0]);
      return isWriter ? `export * from ${JSON.stringify(adopted)};` : undefined;
    },
  };
}

/**
 * zod tries whether it may compile code, which the page's policy refuses and reports. Its one setting against that must stand before the
 * first schema is made, whatever order the bundler puts chunks in: so it is set where zod makes its settings.
 */
function withoutEval() {
  const [made, wanted] = ['__zod_globalConfig = {}', '__zod_globalConfig = { jitless: true }'];
  return {
    name: 'without-eval',
    transform(code, id) {
      if (id.split('?')[0]?.endsWith('zod/v4/core/core.js') !== true) return undefined;
      if (!code.includes(made)) throw new Error('zod makes its settings otherwise now: see withoutEval');
      return { code: code.replace(made, wanted), map: null };
    },
  };
}

export function consoleConfig({ apiUrl = 'http://127.0.0.1:8080' } = {}) {
  return {
    root,
    configFile: false,
    cacheDir: resolve(root, '../../dist/.vite'),
    publicDir: join(root, 'public'),
    resolve: { conditions },
    plugins: [withoutInlineStyles(), withoutEval(), withStaticLook(), react()],
    optimizeDeps: { exclude: ['antd', '@ant-design/cssinjs', '@ant-design/icons'] },
    build: {
      outDir,
      rolldownOptions: {
        input: [join(root, 'index.html'), join(root, 'door.html'), join(root, 'src/drawn/begin.ts')],
        // A file runs when all that it imports has run: what begins first needs one of its own, and so does what it shares with the door.
        output: {
          codeSplitting: {
            groups: [
              {
                name: 'early',
                test: /vite\/preload-helper|src\/(?:lib\/(?:drawing|early|fitting-columns|held-input|locale|look|look-word|shade-now|who)|door\/where-to)\.ts$/,
              },
              { name: 'boot', test: /src\/boot\.ts$/ },
            ],
          },
        },
      },
      emptyOutDir: false,
      target: 'chrome124',
      sourcemap: false,
      assetsInlineLimit: 0,
      manifest: true,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      license: { fileName: 'licenses.md' },
    },
    worker: { format: 'es' },
    server: { port: 5173, proxy: { '/api': apiUrl, '/health': apiUrl, '/log': apiUrl, '/open.html': apiUrl } },
    logLevel: 'warn',
  };
}

/** The same modules for the server's thread that draws first pages, whole: it runs without any package. */
export function drawingConfig() {
  return {
    ...consoleConfig(),
    publicDir: false,
    define: { 'process.env.NODE_ENV': JSON.stringify('production') },
    ssr: {
      noExternal: true,
      target: 'node',
      resolve: { conditions: conditions.map((one) => (one === 'browser' ? 'node' : one)) },
    },
    build: {
      outDir: drawingDir,
      emptyOutDir: true,
      ssr: join(root, 'src/drawn/worker.ts'),
      target: 'node20',
      minify: false,
      sourcemap: false,
      reportCompressedSize: false,
      rolldownOptions: { output: { entryFileNames: 'worker.js' } },
    },
  };
}
