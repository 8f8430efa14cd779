// Builds the console into dist/console: `node apps/console/build/build.mjs [--watch]`. Part of `npm start` and `npm test`.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { buildOpenPage } from '../open/build.mjs';
import { compressFolder } from './compress.mjs';
import { buildDrawnPages } from './drawn-pages.mjs';
import { consoleConfig, drawingConfig, outDir } from './vite.config.mjs';

/** What the last build wrote, as paths below the folder. */
const list = join(outDir, 'files.json');
const readFiles = () => (existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []);

/** A console that is open while the exchange is updated still asks for its own files: those of one build before stay. */
function dropOldFiles() {
  const kept = new Set([...before, ...readFiles()]);
  for (const name of readdirSync(join(outDir, 'assets')))
    if (!kept.has(`assets/${name.replace(/\.(?:br|gz)$/, '')}`)) rmSync(join(outDir, 'assets', name));
}

const isWatch = process.argv.includes('--watch');
const before = readFiles();
await buildOpenPage();
// The console's own page comes last: by its age one tells whether all was built.
await build(drawingConfig());
const config = consoleConfig();
config.plugins.push({
  name: 'list-of-files',
  writeBundle: (_options, bundle) => writeFileSync(list, JSON.stringify(Object.keys(bundle))),
});
await build(isWatch ? { ...config, logLevel: 'info', build: { ...config.build, watch: {}, minify: false } } : config);
const drawn = buildDrawnPages(outDir);
if (!isWatch) writeFileSync(list, JSON.stringify([...readFiles(), ...drawn]));
dropOldFiles();
// Compressed copies of an older build would be served in place of the new files.
if (!isWatch) compressFolder(outDir);
