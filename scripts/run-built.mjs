// Runs a built program, or says that there is none. Plain Node without dependencies, since it runs before there are any.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `path` is relative to the folder of the project. */
export async function runBuilt(path) {
  const main = new URL(`../${path}`, import.meta.url);
  if (existsSync(fileURLToPath(main))) {
    await import(main.href);
  } else {
    console.error('Quanlian is not built yet: run `npm start`, or `npm ci && npm run build`.');
    console.error('权链尚未构建：请先运行 npm start，或 npm ci && npm run build。');
    process.exitCode = 7;
  }
}
