// Builds the console into dist/console: `node apps/console/build/build.mjs [--watch]`. Part of `npm start` and `npm test`.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { buildOpenPage } from '../open/build.mjs';
import { compressFolder } from './compress.mjs';
import { consoleConfig, outDir } from './vite.config.mjs';

const isWatch = process.argv.includes('--watch');
rmSync(join(outDir, 'assets'), { recursive: true, force: true });
await buildOpenPage();
const config = consoleConfig();
await build(isWatch ? { ...config, logLevel: 'info', build: { ...config.build, watch: {}, minify: false } } : config);
// Compressed copies of an older build would be served in place of the new files.
if (!isWatch) compressFolder(outDir);
