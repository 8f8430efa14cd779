#!/usr/bin/env node
// The command `quanlian`: runs the built command line. Plain Node without dependencies, since it runs before there are any.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/apps/cli/src/main.js', import.meta.url);
if (existsSync(fileURLToPath(main))) {
  await import(main.href);
} else {
  console.error('Quanlian is not built yet: run `npm start`, or `npm ci && npm run build`.');
  console.error('权链尚未构建：请先运行 npm start，或 npm ci && npm run build。');
  process.exitCode = 7;
}
