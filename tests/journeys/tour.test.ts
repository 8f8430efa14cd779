import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../apps/launcher/src/embedded-postgres.js';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'quanlian-tour-'));
// The database's own account must get in; else the launcher puts the database elsewhere, and it would stay there.
chmodSync(folder, 0o711);
const loadTimeoutMs = 8 * 60_000;
let env: NodeJS.ProcessEnv = {};
let launcher: ChildProcess | undefined;
let said = '';

// The small demo city stands in for the full one: the same people, datasets and commands, fewer rows.
before(async () => {
  const port = await findFreePort();
  env = {
    PATH: process.env['PATH'],
    HOME: folder,
    LANG: 'C.UTF-8',
    QUANLIAN_CONFIG_DIR: join(folder, 'config'),
    QUANLIAN_SERVER: `http://127.0.0.1:${port}`,
  };
  launcher = spawn(process.execPath, [join(root, 'dist/apps/launcher/src/main.js')], {
    env: { ...env, QUANLIAN_DATA_DIR: join(folder, '.data'), QUANLIAN_PORT: String(port), QUANLIAN_DEMO: 'small' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [launcher.stdout, launcher.stderr]) stream?.setEncoding('utf8').on('data', (text) => (said += text));
  const deadline = Date.now() + loadTimeoutMs;
  while (!said.includes('Ctrl-C stops it')) {
    if (launcher.exitCode !== null || Date.now() > deadline) throw new Error(`The demo city was not loaded:\n${said}`);
    await sleep(100);
  }
});

after(async () => {
  if (launcher && launcher.exitCode === null) {
    launcher.kill('SIGINT');
    await once(launcher, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

/** The shell blocks of README's tour, in order. */
function tourBlocks(page: string): string[] {
  const [, tour = ''] = /^## (?:Five minutes|五分钟)\n([\s\S]*?)^## /m.exec(readFileSync(join(root, page), 'utf8')) ?? [];
  return [...tour.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
}

test('the tour of README works word for word, and says what README says', () => {
  const blocks = tourBlocks('README.md');
  assert.equal(blocks.length, 7);
  assert.deepEqual(tourBlocks('README.zh-CN.md'), blocks);
  // In a clone `npx quanlian` is this script.
  const npx = `npx() { shift; '${process.execPath}' '${join(root, 'scripts/quanlian.mjs')}' "$@"; }`;
  const script = ['set -eu', npx, ...blocks.map((block, i) => `echo "== ${i}"\n${block}`)].join('\n');
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  const [, , catalogue = '', , preview = '', pulled = '', ended = '', checked = ''] = stdout.split(/^== \d\n/m);

  assert.equal(catalogue.match(/^[0-9a-f]{8} /gm)?.length, 13);
  const rows = Number(/Preview: ([\d,]+) rows/.exec(preview)?.[1]?.replaceAll(',', ''));
  assert.ok(rows > 0);
  assert.match(preview, /State +in force/);
  assert.match(pulled, new RegExp(`^${rows + 1} vehicles\\.csv$`, 'm'));
  assert.match(ended, /^exit 1$/m);
  assert.match(stderr, /\[right-suspended\]/);
  assert.equal(checked.match(/^ *\d+ {2}\d{4}-\d\d-\d\d /gm)?.length, 9);
  assert.match(checked, /ledger\.ndjson: verified\./);

  const ledger = join(folder, 'ledger.ndjson');
  writeFileSync(ledger, readFileSync(ledger, 'utf8').replace('"grade":"一般"', '"grade":"重要"'));
  const verify = spawnSync('bash', ['-c', `${npx}\nnpx quanlian verify ledger.ndjson --trust root.json`], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  assert.equal(verify.status, 4, verify.stderr);
  assert.match(verify.stderr, /Entry \d+/);
});
