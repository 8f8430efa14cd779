import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomId } from '#crypto';
import { defaultMemoryFolder, openMemoryFolder, sweepMemoryFolders } from './memory-folder.js';

test('a folder is in memory, of its owner only, and goes', async (t) => {
  const base = join(defaultMemoryFolder(), `test-${randomId()}`);
  t.after(() => rm(base, { recursive: true, force: true }));
  const folder = await openMemoryFolder(base, 1000);
  assert.equal((await stat(folder.path)).mode & 0o777, 0o700);
  assert.equal((await stat(base)).mode & 0o777, 0o700);
  await folder.remove();
  assert.deepEqual(await readdir(base), []);
  await assert.rejects(openMemoryFolder(base, 2 ** 60), { code: 'memory-folder' });
});

test('a place on a disk is refused', async (t) => {
  const base = await mkdtemp(join(tmpdir(), 'quanlian-disk-'));
  t.after(() => rm(base, { recursive: true, force: true }));
  if ((await statfs(base)).type === 0x01021994) return t.skip('the temporary folder of this machine is in memory');
  await assert.rejects(openMemoryFolder(base, 1), { code: 'memory-folder', details: { reason: 'not in memory' } });
});

test('the sweep takes folders of processes that are gone, and no others', async (t) => {
  const base = join(defaultMemoryFolder(), `test-${randomId()}`);
  t.after(() => rm(base, { recursive: true, force: true }));
  const mine = await openMemoryFolder(base, 1);
  // The same number as a running process, but another start: the number was used again.
  await mkdir(join(base, `${process.pid}-1-${'0'.repeat(16)}`));
  await mkdir(join(base, `4999999-77-${'0'.repeat(16)}`));
  await mkdir(join(base, 'something else'));
  assert.equal(await sweepMemoryFolders(base), 2);
  assert.deepEqual(
    (await readdir(base)).map((name) => join(base, name)).sort(),
    [mine.path, join(base, 'something else')].sort(),
  );
  assert.equal(await sweepMemoryFolders(join(base, 'nowhere')), 0);
});
