import assert from 'node:assert/strict';
import { mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { randomId } from '#crypto';
import { folderPayloadStore } from './folder-payload-store.js';
import { PayloadMissing, type PayloadStore } from './payload-store.js';

async function openStore(t: TestContext): Promise<{ store: ReturnType<typeof folderPayloadStore>; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'quanlian-store-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return { store: folderPayloadStore(join(folder, 'payloads')), folder: join(folder, 'payloads') };
}

async function text(store: PayloadStore, name: string, range?: { start?: number; end?: number }): Promise<string> {
  let all = '';
  for await (const bytes of store.read(name, range)) all += String(bytes);
  return all;
}

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const each of texts) yield Buffer.from(each);
}

test('what was put is read, whole and in stretches, by its owner only', async (t) => {
  const { store, folder } = await openStore(t);
  const name = randomId();
  assert.deepEqual(await store.put(name, pieces('hello ', 'world')), { sizeBytes: 11 });
  assert.equal(await store.size(name), 11);
  assert.equal(await text(store, name), 'hello world');
  assert.equal(await text(store, name, { start: 6 }), 'world');
  assert.equal(await text(store, name, { start: 0, end: 4 }), 'hello');
  assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
});

test('an object whose source breaks off is not there', async (t) => {
  const { store, folder } = await openStore(t);
  const name = randomId();
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half');
    throw new Error('cut');
  }
  await assert.rejects(store.put(name, broken()), /cut/);
  await assert.rejects(store.size(name), PayloadMissing);
  await assert.rejects(text(store, name), PayloadMissing);
  assert.deepEqual(await readdir(folder), []);
});

test('a name is used once', async (t) => {
  const { store } = await openStore(t);
  const name = randomId();
  await store.put(name, pieces('first'));
  await assert.rejects(store.put(name, pieces('second')), /used once/);
  assert.equal(await text(store, name), 'first');
});

test('names are listed by prefix, and removing what is not there is no error', async (t) => {
  const { store } = await openStore(t);
  const prefix = randomId();
  const list = async (start: string): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of store.list(start)) names.push(name);
    return names;
  };
  assert.deepEqual(await list(''), []);
  for (const part of ['2', '1']) await store.put(`${prefix}-00000${part}`, pieces(part));
  await store.put(randomId(), pieces('other'));
  assert.deepEqual(await list(`${prefix}-`), [`${prefix}-000001`, `${prefix}-000002`]);
  await store.remove(`${prefix}-000001`);
  await store.remove(`${prefix}-000001`);
  assert.deepEqual(await list(prefix), [`${prefix}-000002`]);
  assert.equal((await list('')).length, 2);
});

test('a name that is a path is a bug, never a file', async (t) => {
  const { store } = await openStore(t);
  for (const name of ['../../etc/passwd', 'aaaaaaaa/b', '.put-aaaaaaaa', 'short', 'aaaaaaaa..b', 'AAAAAAAAAA', '']) {
    await assert.rejects(store.put(name, pieces('x')), /random id/, name);
    assert.throws(() => store.read(name), /random id/, name);
  }
});

test('what an interrupted put left is no object; removing or sweeping takes it away', async (t) => {
  const { store, folder } = await openStore(t);
  const [name, other] = [randomId(), randomId()];
  await store.put(randomId(), pieces('x'));
  for (const each of [name, other]) await writeFile(join(folder, `.put-${each}`), 'half');
  for await (const listed of store.list('')) assert.ok(!listed.includes(name));
  await assert.rejects(store.size(name), PayloadMissing);
  await store.remove(name);
  assert.equal(await store.sweep(60_000), 0, 'too young to be forgotten');
  assert.equal(await store.sweep(-1), 1);
  assert.equal((await readdir(folder)).length, 1);
});

test('a download that goes on keeps its bytes when the object is removed meanwhile', async (t) => {
  const { store, folder } = await openStore(t);
  const name = randomId();
  await store.put(name, pieces('x'.repeat(1_000_000)));
  const handle = await open(join(folder, name));
  await store.remove(name);
  assert.equal((await handle.readFile()).length, 1_000_000);
  await handle.close();
});
