// Makes dist/console/open.html: one file that makes keys and opens deliveries, from a USB stick as from the exchange, and sends nothing.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'vite';

const folder = import.meta.dirname;
const output = resolve(folder, '../../../dist/console/open.html');

const sha256 = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page's script, bundled into one; nothing is loaded later. */
async function bundle() {
  const [{ output: chunks }] = await build({
    root: folder,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    resolve: { conditions: ['quanlian-browser', 'quanlian-source', 'module', 'browser', 'production'] },
    build: {
      write: false,
      target: 'chrome111',
      reportCompressedSize: false,
      lib: { entry: join(folder, 'src/main.ts'), formats: ['iife'], name: 'quanlian' },
    },
  });
  // An end tag inside a string would end the script.
  return chunks[0].code.replaceAll('</script', '<\\/script').trim();
}

/** Writes the page. Script and style are named by their digests, so no other can run in it, and it may connect to nothing. */
export async function buildOpenPage() {
  const script = await bundle();
  const style = readFileSync(join(folder, 'src/style.css'), 'utf8').trim();
  const policy = [
    "default-src 'none'",
    `script-src ${sha256(script)}`,
    `style-src ${sha256(style)}`,
    "connect-src 'none'",
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
  const page = readFileSync(join(folder, 'page.html'), 'utf8')
    .replace('{policy}', policy)
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${script}</script>`);
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, page);
}

if (process.argv[1] === import.meta.filename) await buildOpenPage();
