import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DemoFolder } from './demo-folder.js';
import { Journal } from './journal.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-demo-'));
after(() => rmSync(folder, { recursive: true }));

test('an act that was done is not done again, by this journal or the next', async () => {
  const file = join(folder, 'done.jsonl');
  let times = 0;
  const act = () => Promise.resolve({ times: ++times });
  assert.deepEqual(await new Journal(file).once('a', act), { times: 1 });
  assert.deepEqual(await new Journal(file).once('a', act), { times: 1 });
  assert.equal(times, 1);
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('an act that was cut off is carried out again and told so', async () => {
  const file = join(folder, 'cut.jsonl');
  await assert.rejects(
    new Journal(file).once('a', () => Promise.reject(new Error('power cut'))),
    /power cut/,
  );
  const told: boolean[] = [];
  const act = (again: boolean) => {
    told.push(again);
    return again;
  };
  const journal = new Journal(file);
  assert.equal(await journal.once('a', act), true);
  assert.equal(await journal.once('b', act), false);
  assert.deepEqual(told, [true, false]);
});

test('a line that a crash tore is as if it had not been written; damage elsewhere is not read over', async () => {
  const file = join(folder, 'torn.jsonl');
  await new Journal(file).once('a', () => 1);
  appendFileSync(file, '{"done":"b","val');
  const journal = new Journal(file);
  assert.equal(journal.has('a'), true);
  assert.equal(journal.has('b'), false);
  await journal.once('c', () => 3);
  assert.ok(readFileSync(file, 'utf8').endsWith('{"done":"c","value":3}\n'));
  const broken = join(folder, 'broken.jsonl');
  appendFileSync(broken, '{"begun":\n{"begun":"b"}\n');
  assert.throws(() => new Journal(broken), SyntaxError);
});

test('keys, identities and passwords are made once, for their owner alone', async () => {
  const dataDir = join(folder, 'data');
  const demo = new DemoFolder(dataDir);
  const [identity, key, accounts] = [await demo.identity('minzheng'), demo.signingKey('ziran'), demo.accounts()];
  const again = new DemoFolder(dataDir);
  assert.deepEqual(await again.identity('minzheng'), identity);
  assert.deepEqual(again.signingKey('ziran'), key);
  assert.deepEqual(again.accounts(), accounts);
  assert.match(identity.recipient, /^age1/);
  assert.equal(new Set(accounts.map(({ password }) => password)).size, accounts.length);
  for (const name of ['people.json', 'identities/minzheng.txt', 'identities/ziran-signing-key.pem'])
    assert.equal(statSync(join(dataDir, 'demo', name)).mode & 0o777, 0o600);
  assert.equal(statSync(join(dataDir, 'demo', 'identities')).mode & 0o777, 0o700);
});
