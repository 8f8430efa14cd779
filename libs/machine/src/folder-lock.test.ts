import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { lockFolder, processBegan } from './folder-lock.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-lock-'));
const file = join(folder, 'launcher.lock');
after(() => rmSync(folder, { recursive: true, force: true }));

/** Another process that tries for the lock and says how it went; it holds on until it is killed. */
async function contend(): Promise<{ process: ChildProcess; won: boolean }> {
  const program = `
    const { lockFolder } = await import(${JSON.stringify(resolve(import.meta.dirname, 'folder-lock.js'))});
    console.log('release' in lockFolder(${JSON.stringify(file)}, 'there'));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, won: said.toString().trim() === 'true' };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('the second learns who holds the folder and where', () => {
  const first = lockFolder(file, 'http://127.0.0.1:8080');
  assert.ok('release' in first);
  assert.deepEqual(lockFolder(file, 'elsewhere'), {
    pid: process.pid,
    began: processBegan(process.pid),
    address: 'http://127.0.0.1:8080',
  });
  first.release();
  assert.equal(existsSync(file), false);
});

test('a lock dies with its holder, even by kill -9', async () => {
  const holder = await contend();
  assert.equal(holder.won, true);
  assert.equal('release' in lockFolder(file, 'here'), false);
  await kill(holder.process);
  const next = lockFolder(file, 'here');
  assert.ok('release' in next);
  next.release();
});

test('a process number that was given to another process holds nothing', () => {
  writeFileSync(file, JSON.stringify({ pid: process.ppid, began: 'another time', address: 'there' }));
  const taken = lockFolder(file, 'here');
  assert.ok('release' in taken);
  taken.release();
});

test('of several that find a dead lock exactly one takes it', async () => {
  writeFileSync(file, JSON.stringify({ pid: 999_999_999, began: 'never', address: 'there' }));
  const contenders = await Promise.all(Array.from({ length: 6 }, contend));
  assert.equal(contenders.filter(({ won }) => won).length, 1);
  await Promise.all(contenders.map(({ process: child }) => kill(child)));
  assert.deepEqual(readdirSync(folder), ['launcher.lock']);
});
