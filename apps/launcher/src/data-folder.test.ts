import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeDataFolder, openDatabaseKeys, readDatabaseKeys } from './data-folder.js';
import { systemDirectory } from './postgres-binaries.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-data-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('passwords are drawn once, all different, and only their owner can read them', () => {
  chmodSync(folder, 0o711);
  const data = join(folder, 'data');
  makeDataFolder(data);
  assert.equal(readDatabaseKeys(data), undefined);
  const keys = openDatabaseKeys(data);
  assert.deepEqual(openDatabaseKeys(data), keys);
  assert.deepEqual(readDatabaseKeys(data), keys);
  const passwords = Object.values(keys.passwords);
  assert.equal(new Set(passwords).size, 4);
  for (const password of passwords) assert.ok(password.length >= 32);
  assert.equal(statSync(join(data, 'database.json')).mode & 0o777, 0o600);
  // Others may at most walk through, and only when the database's account has to.
  assert.equal(statSync(data).mode & 0o066, 0);
  assert.equal(keys.directory, join(data, 'postgres'));
});

const isRoot = process.getuid?.() === 0;
test(
  'behind a closed folder the database lies where its own account can reach it',
  { skip: isRoot ? false : 'needs root' },
  () => {
    const closed = join(folder, 'closed');
    makeDataFolder(closed);
    chmodSync(closed, 0o700);
    assert.ok(openDatabaseKeys(closed).directory.startsWith(`${systemDirectory}/`));
  },
);
