import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Refusal, type Item, type RowScope } from '#contracts';
import { decryptAge, generateAgeIdentity, randomId } from '#crypto';
import { encoded, handmadeWorkbook, sheetXml, workbookOf, zipped } from './in/forms.fixture.js';
import { deliver } from './deliver.fixture.js';
import type { StoredKeyList, StoredVersion, TakenKeys, TakeKeysJob } from './job.js';
import { countRows, previewRows } from './preview.js';
import { runCount, runPreview, runTakeKeys } from './run-job.js';
import { takeKeys } from './take-keys.js';
import { chunks, inFolder, ingestHere, item, openGround, type Ground } from './version.fixture.js';

const commitmentKey = Buffer.alloc(32, 3);
const person = item('ownerId', 'C', { title: '证件号码', personal: true });

/** What takes a list in: here, or in a process of its own, whose start costs a second, where it is the process that is tested. */
type Taking = (job: TakeKeysJob, source: AsyncIterable<Uint8Array>, ground: Ground) => Promise<TakenKeys>;
const here: Taking = (job, source, ground) => inFolder(ground, (folder) => takeKeys(job, source, folder));
const inChild: Taking = (job, source) => runTakeKeys(job, source);

async function taken(
  ground: Ground,
  of: Item,
  file: string | Buffer,
  take = here,
): Promise<{ taken: TakenKeys; list: StoredKeyList }> {
  const { identity, recipient } = await generateAgeIdentity();
  const objectName = randomId();
  const job = { store: ground.store, memoryFolder: ground.memoryFolder, item: of, recipient, objectName, commitmentKey };
  const made = await take(job, chunks(Buffer.from(file)), ground);
  const { commitment, count } = made;
  return { taken: made, list: { list: randomId(), item: of.name, objectName, identity, commitmentKey, commitment, count } };
}

async function keysIn(ground: Ground, list: StoredKeyList): Promise<string> {
  const parts: Buffer[] = [];
  const stored = await readFile(join(ground.store.folder, list.objectName));
  for await (const bytes of decryptAge([list.identity], [stored])) parts.push(bytes);
  return Buffer.concat(parts).toString();
}

const scopeOf = ({ item: name, list, commitment, count }: StoredKeyList): RowScope => ({
  op: 'key-list',
  item: name,
  list,
  commitment,
  count,
});

const refusedWith = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code;

test('a list is read by its item, sorted, without repetitions, and committed to; what is no key is named by its line', async (t) => {
  const ground = await openGround(t);
  const amount = item('amount', 'N', { scale: 2 });
  const file = '\ufeff1.5\r\n01\n\n-3\n1.50\n1.555\nabc\n10\n1,2\n"7"\n';
  const { taken: made, list } = await taken(ground, amount, file);
  assert.equal(made.count, 4);
  assert.equal(made.duplicates, 1);
  assert.deepEqual(made.malformed, {
    count: 4,
    first: [
      { line: 2, reason: 'value-misfit' },
      { line: 6, reason: 'value-misfit' },
      { line: 7, reason: 'value-misfit' },
      { line: 9, reason: 'fields-differ' },
    ],
  });
  assert.equal(await keysIn(ground, list), '-3.00\n1.50\n10.00\n7.00\n');
  // The example of docs/formats/key-list.md, computed by openssl.
  assert.equal(made.commitment, '78c0a36484b278c65b705466691c894be552564f5ed808a808e0ab1ff148259e');
});

test('a CSV gives the column of the name or of the title; texts sort by code points', async (t) => {
  const ground = await openGround(t);
  for (const header of ['no,ownerId', 'no,证件号码']) {
    const { taken: made, list } = await taken(
      ground,
      person,
      `${header}\n1,～\n2,"𠀀""x"\n3,${'x'.repeat(201)}\n4\n5,a\tb\n6,\n`,
    );
    assert.equal(await keysIn(ground, list), '～\n𠀀"x\n');
    assert.deepEqual(
      made.malformed.first.map(({ line, reason }) => `${line} ${reason}`),
      ['4 too-long', '5 fields-differ', '6 control-character', '7 value-misfit'],
    );
  }
  const alone = await taken(ground, person, '证件号码\n甲\n');
  assert.equal(alone.taken.count, 1);
});

test('what is no list is refused, and nothing is stored', async (t) => {
  const ground = await openGround(t);
  await assert.rejects(taken(ground, person, 'a,b\n1,2\n'), refusedWith('key-list-column'));
  await assert.rejects(taken(ground, person, ''), refusedWith('key-list-empty'));
  await assert.rejects(taken(ground, item('n', 'I'), 'x\ny\n'), refusedWith('key-list-empty'));
  await assert.rejects(taken(ground, person, Buffer.from([0x61, 0x0a, 0xff, 0x0a])), refusedWith('csv-not-utf8'));
  await assert.rejects(taken(ground, person, '"a\n'), refusedWith('csv-quote'));
  const many = Buffer.from(Array.from({ length: 1_000_001 }, (_, i) => `${i}\n`).join(''));
  await assert.rejects(taken(ground, person, 'a,b\n1,2\n', inChild), refusedWith('key-list-column'));
  await assert.rejects(taken(ground, person, many), refusedWith('key-list-too-long'));
  // Of long lines: thirty million short ones say nothing more about the limit, and take a minute.
  const large = Buffer.alloc(65 * 1024 * 1024, `${'x'.repeat(199)}\n`);
  await assert.rejects(taken(ground, person, large), refusedWith('file-too-large'));
  assert.deepEqual(await readdir(ground.store.folder).catch(() => []), []);
});

async function owners(t: TestContext, rows: number): Promise<{ ground: Ground; version: StoredVersion; csv: string[] }> {
  const ground = await openGround(t);
  const csv = Array.from({ length: rows }, (_, i) => `${i % 7 === 6 ? '' : `P${i % 500}`},${i}`);
  const { version } = await ingestHere(ground, [person, item('n', 'I')], `ownerId,n\n${csv.join('\n')}\n`, {
    limits: { partPlainBytes: rows * 4 },
  });
  assert.ok(version.parts.length > 2);
  return { ground, version, csv };
}

test('rows are chosen by a list in source order, from any number of parts; a missing value is neither on it nor off it', async (t) => {
  const { ground, version, csv } = await owners(t, 6000);
  const keys = Array.from({ length: 300 }, (_, i) => `P${(i * 7) % 1000}`);
  const { list } = await taken(ground, person, keys.join('\n'));
  const on = new Set(keys);
  const expected = (test: (owner: string, n: number) => boolean) =>
    csv.filter((line) => test(line.split(',')[0] as string, Number(line.split(',')[1])));
  const place = { store: ground.store, memoryFolder: ground.memoryFolder, version, keyLists: [list] };
  const delivered = async (rows: RowScope): Promise<string[]> => {
    const { plaintext, rows: count } = await deliver(ground, version, { rows, keyLists: [list] });
    const lines = plaintext.toString().trimEnd().split('\n').slice(1);
    assert.equal(count, lines.length);
    assert.equal(await inFolder(ground, (folder) => countRows({ ...place, rows }, folder)), lines.length);
    const selection = { items: ['ownerId', 'n'], rows, transformations: [] };
    const preview = await inFolder(ground, (folder) => previewRows({ ...place, selection, from: 3, limit: 150 }, folder));
    assert.deepEqual(
      preview.sample,
      lines.slice(3, 153).map((line) => line.split(',').map((value) => (value === '' ? null : value))),
    );
    assert.deepEqual(preview.keys, { listed: list.count, matched: [...on].filter((key) => Number(key.slice(1)) < 500).length });
    return lines;
  };
  const listed = scopeOf(list);
  assert.deepEqual(
    await delivered(listed),
    expected((owner) => on.has(owner)),
  );
  assert.deepEqual(
    await delivered({ op: 'not', of: listed }),
    expected((owner) => owner !== '' && !on.has(owner)),
  );
  const low: RowScope = { op: 'between', item: 'n', low: '0', high: '99' };
  assert.deepEqual(
    await delivered({ op: 'or', of: [low, listed] }),
    expected((owner, n) => on.has(owner) || n < 100),
  );
});

test('keys that are not those committed to choose nothing; a list that is gone neither', async (t) => {
  const { ground, version } = await owners(t, 6000);
  const { list } = await taken(ground, person, 'P1\nP2\n');
  const { list: other } = await taken(ground, person, 'P1\nP3\n');
  const place = { store: ground.store, memoryFolder: ground.memoryFolder, version };
  const count = (stored: StoredKeyList) =>
    inFolder(ground, (folder) => countRows({ ...place, rows: scopeOf(stored), keyLists: [stored] }, folder));
  assert.ok((await count(list)) > 0);
  await assert.rejects(count({ ...list, objectName: other.objectName, identity: other.identity }), refusedWith('part-damaged'));
  await assert.rejects(count({ ...list, objectName: randomId() }), refusedWith('key-list-gone'));
});

test('a list of a million keys is taken in and joined, by the processes that do it for the exchange', async (t) => {
  const { ground, version } = await owners(t, 6000);
  const keys = Array.from({ length: 1_000_000 }, (_, i) => `P${i}`);
  const { list } = await taken(ground, person, keys.join('\n'), inChild);
  assert.equal(list.count, 1_000_000);
  const place = { store: ground.store, memoryFolder: ground.memoryFolder, version, keyLists: [list] };
  const selection = { items: ['n'], rows: scopeOf(list), transformations: [] };
  const preview = await runPreview({ ...place, selection, limit: 1 });
  assert.deepEqual(preview.keys, { listed: 1_000_000, matched: 500 });
  assert.equal(await runCount({ ...place, rows: scopeOf(list) }), preview.rows);
});

test('a list in any form that files of data have gives the same keys', async (t) => {
  const ground = await openGround(t);
  const keys = Array.from({ length: 500 }, (_, i) => `9901011990${String(10_000_000 + i)}`);
  const lines = (delimiter: string) => `姓名${delimiter}证件号码\n${keys.map((key) => `张三${delimiter}${key}`).join('\n')}\n`;
  const wanted = (await taken(ground, person, keys.join('\n'))).taken;
  const workbook = handmadeWorkbook([
    {
      name: '名单',
      xml: sheetXml([['低保人员名单'], ['序号', '证件号码'], ...keys.map((key, i) => [i + 1, key]), ['填表人：王五']]),
    },
  ]);
  const forms: Record<string, Buffer> = {
    'GB18030 by semicolons': encoded(lines(';'), 'GB18030'),
    'UTF-16 by tabs': encoded(`\ufeff${lines('\t')}`, 'UTF-16LE'),
    ZIP: await zipped({ '名单.csv': lines(',') }),
    'XLSX with a title, numbers and a footer': await workbook,
    'XLSX of keys alone': await workbookOf(
      [keys[0] ?? ''],
      keys.slice(1).map((key) => [key]),
    ),
    'JSON lines': Buffer.from(keys.map((ownerId) => JSON.stringify({ name: '张三', ownerId })).join('\n')),
  };
  for (const [name, file] of Object.entries(forms)) {
    const made = (await taken(ground, person, file)).taken;
    assert.deepEqual([made.count, made.malformed.count, made.commitment], [500, 0, wanted.commitment], name);
  }
});
