// `npm run bench -- NAME [ARGUMENTS]`: builds what is out of date and runs one benchmark of bench/, each of which prints its ratio to a peer
// or a raw limit of the same run.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, root } from './prepare.mjs';

const [name = '', ...rest] = process.argv.slice(2);
const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
if (!names.includes(name)) {
  process.stderr.write(`npm run bench -- NAME, one of: ${names.join(', ')}\n`);
  process.exit(2);
}
const { ok, output } = await build();
if (!ok) {
  process.stderr.write(output);
  process.exit(1);
}
const { status } = spawnSync(process.execPath, [join(root, 'dist/bench', `${name}.js`), ...rest], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, QUANLIAN_TEST_DURABLE: 'yes' },
});
process.exit(status ?? 1);
