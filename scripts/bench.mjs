// `npm run bench -- NAME [ARGUMENTS]`: builds when needed and runs one benchmark of bench/, each of which prints its ratio to a peer or
// a raw limit of the same run.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const [name = '', ...rest] = process.argv.slice(2);
const names = readdirSync(join(root, 'bench')).map((file) => file.replace(/\.ts$/, ''));
if (!names.includes(name)) {
  process.stderr.write(`npm run bench -- NAME, one of: ${names.join(', ')}\n`);
  process.exit(2);
}
const run = (...command) => spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status ?? 1;
const built = join(root, 'dist/bench', `${name}.js`);
const status = run(join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.json'));
process.exit(status === 0 && existsSync(built) ? run(built, ...rest) : status || 1);
