import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { decryptAge, encryptAge, generateAgeIdentity, randomId, sha256Hex, type AgeIdentity } from '#crypto';
import { Refusal, type Format } from '#contracts';
import { openDelivery, type ReceivedDelivery } from './open-delivery.js';
import { prepareDelivery } from './prepare.js';
import { everyKind, everyKindCsv, ingestHere, openGround } from './version.fixture.js';

const plaintextHmacKey = Buffer.alloc(32, 3);

interface Received {
  readonly delivery: ReceivedDelivery;
  readonly folder: string;
  readonly key: AgeIdentity;
}

/** A real delivery of four rows, one of which runs over two lines, as the recipient downloaded it. */
async function receive(t: TestContext, format: Format, packed: { compression?: 'gzip' } = {}): Promise<Received> {
  const ground = await openGround(t);
  const { version } = await ingestHere(ground, everyKind, everyKindCsv);
  const key = await generateAgeIdentity();
  const other = await generateAgeIdentity();
  const objectName = randomId();
  const prepared = await prepareDelivery(
    {
      store: ground.store,
      memoryFolder: ground.memoryFolder,
      version,
      selection: { items: everyKind.map(({ name }) => name), rows: { op: 'all' }, transformations: [], format, ...packed },
      recipients: [other.recipient, key.recipient],
      plaintextHmacKey,
      objectName,
    },
    ground.folder,
  );
  const folder = await mkdtemp(join(tmpdir(), 'quanlian-recipient-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const ciphertextPath = join(folder, 'download.age');
  await copyFile(join(ground.store.folder, objectName), ciphertextPath);
  const expected = { ...prepared, format, ...packed };
  return {
    delivery: { ciphertextPath, identities: [key.identity], expected, plaintextHmacKey, output: join(folder, 'rows') },
    folder,
    key,
  };
}

async function refused(received: Received, change: Partial<ReceivedDelivery>, code: string, of?: string): Promise<void> {
  await assert.rejects(openDelivery({ ...received.delivery, ...change }), (error) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.code, code);
    assert.equal(error.details['of'], of);
    return true;
  });
  assert.deepEqual(await readdir(received.folder), ['download.age']);
}

for (const format of ['csv', 'csv-bom', 'csv-gb18030', 'xlsx', 'jsonl', 'parquet'] as const) {
  test(`a delivery as ${format} is opened, checked and counted`, async (t) => {
    const { delivery, folder } = await receive(t, format);
    const seen: number[] = [];
    const opened = await openDelivery({ ...delivery, onProgress: (done, total) => seen.push(done / total) });
    assert.equal(opened.rows, 4);
    assert.equal(seen.at(-1), 1);
    assert.equal((await stat(delivery.output)).size, opened.sizeBytes);
    assert.equal((await stat(delivery.output)).mode & 0o777, 0o600);
    assert.deepEqual((await readdir(folder)).sort(), ['download.age', 'rows']);
  });
}

for (const format of ['csv', 'csv-gb18030', 'jsonl'] as const) {
  test(`a packed delivery as ${format} is unpacked while it is opened, to the same bytes; age gives a gzip file`, async (t) => {
    const plain = await receive(t, format);
    await openDelivery(plain.delivery);
    const { delivery, folder, key } = await receive(t, format, { compression: 'gzip' });
    const opened = await openDelivery(delivery);
    assert.equal(opened.rows, 4);
    assert.deepEqual(await readFile(delivery.output), await readFile(plain.delivery.output));
    assert.equal((await stat(delivery.output)).size, opened.sizeBytes);
    const pieces: Uint8Array[] = [];
    for await (const piece of decryptAge([key.identity], [await readFile(delivery.ciphertextPath)])) pieces.push(piece);
    assert.deepEqual(gunzipSync(Buffer.concat(pieces)), await readFile(delivery.output));
    // What was decrypted is compared before what it unpacks to is given its name.
    const otherKey = Buffer.alloc(32, 4);
    await rm(delivery.output);
    await refused({ delivery, folder, key }, { plaintextHmacKey: otherKey }, 'digest-mismatch', 'plaintext');
    await refused({ delivery, folder, key }, { identities: [(await generateAgeIdentity()).identity] }, 'identity-not-recipient');
  });
}

for (const [what, compression] of [
  ['as it is', undefined],
  ['packed', 'gzip'],
] as const) {
  test(`a delivery of eighteen megabytes, ${what}, is opened to the bytes that were sealed; an abort leaves nothing`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'quanlian-recipient-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const key = await generateAgeIdentity();
    const rows = 300_000;
    // Bytes that no packing makes small, quoted line feeds among them.
    const lines = Array.from({ length: rows }, (_, i) => `${i},"${randomBytes(20).toString('base64')}\n${i % 7}",${i * 31}\n`);
    const csv = Buffer.from(`id,text,n\n${lines.join('')}`);
    const plaintext = compression ? gzipSync(csv, { level: 1 }) : csv;
    const parts: Uint8Array[] = [];
    for await (const part of encryptAge([key.recipient], [plaintext])) parts.push(part);
    const ciphertext = Buffer.concat(parts);
    const ciphertextPath = join(folder, 'download.age');
    await writeFile(ciphertextPath, ciphertext);
    const delivery: ReceivedDelivery = {
      ciphertextPath,
      identities: [key.identity],
      plaintextHmacKey,
      output: join(folder, 'rows'),
      expected: {
        ciphertextSha256: sha256Hex(ciphertext),
        sizeBytes: ciphertext.length,
        plaintextHmac: createHmac('sha256', plaintextHmacKey).update(plaintext).digest('hex'),
        rows,
        format: 'csv',
        ...(compression ? { compression } : {}),
      },
    };
    const stopping = new AbortController();
    const stopHalfWay = (done: number, total: number) => done > total * 0.7 && stopping.abort();
    await assert.rejects(openDelivery({ ...delivery, onProgress: stopHalfWay, signal: stopping.signal }), { name: 'AbortError' });
    assert.deepEqual(await readdir(folder), ['download.age']);
    assert.deepEqual(await openDelivery(delivery), { rows, sizeBytes: csv.length });
    assert.ok((await readFile(delivery.output)).equals(csv));
  });
}

test('promise 11: the stock age command opens the same file to the same bytes', async (t) => {
  try {
    execFileSync('age', ['--version'], { stdio: 'ignore' });
  } catch {
    return t.skip('age is not installed');
  }
  const { delivery, folder, key } = await receive(t, 'csv');
  await openDelivery(delivery);
  await writeFile(join(folder, 'identity'), `${key.identity}\n`, { mode: 0o600 });
  const opened = execFileSync('age', ['-d', '-i', join(folder, 'identity'), delivery.ciphertextPath]);
  assert.deepEqual(opened, await readFile(delivery.output));
});

test('another file is refused before it is decrypted, even one that is encrypted to the recipient', async (t) => {
  const received = await receive(t, 'csv');
  const { delivery, key } = received;
  const bytes = await readFile(delivery.ciphertextPath);
  // With no identity at all it still says what is wrong with the file: nothing was opened.
  await writeFile(delivery.ciphertextPath, bytes.subarray(0, -1));
  await refused(received, { identities: [] }, 'digest-mismatch', 'ciphertext');
  await writeFile(delivery.ciphertextPath, Buffer.concat([bytes, Buffer.of(0)]));
  await refused(received, { identities: [] }, 'digest-mismatch', 'ciphertext');
  const forged: Buffer[] = [];
  for await (const piece of encryptAge([key.recipient], [Buffer.from('id\n1\n')])) forged.push(piece);
  await writeFile(delivery.ciphertextPath, Buffer.concat(forged));
  await refused(received, { identities: [] }, 'digest-mismatch', 'ciphertext');
});

test('plaintext and rows have to be those that were sealed', async (t) => {
  const received = await receive(t, 'csv');
  const { expected } = received.delivery;
  await refused(received, { plaintextHmacKey: Buffer.alloc(32, 4) }, 'digest-mismatch', 'plaintext');
  await refused(received, { expected: { ...expected, rows: 5 } }, 'digest-mismatch', 'rows');
  await refused(received, { identities: [(await generateAgeIdentity()).identity] }, 'identity-not-recipient');
});

test('a sealed file that is no Parquet is refused', async (t) => {
  const received = await receive(t, 'parquet');
  const pieces: Buffer[] = [];
  const plaintext = Buffer.from('PAR1 and then nothing');
  for await (const piece of encryptAge([received.key.recipient], [plaintext])) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  await writeFile(received.delivery.ciphertextPath, bytes);
  const expected = {
    ...received.delivery.expected,
    ciphertextSha256: sha256Hex(bytes),
    sizeBytes: bytes.length,
    plaintextHmac: createHmac('sha256', plaintextHmacKey).update(plaintext).digest('hex'),
  };
  await refused(received, { expected }, 'digest-mismatch', 'rows');
});

test('what was at the output before stays when the delivery is refused', async (t) => {
  const { delivery } = await receive(t, 'csv');
  await writeFile(delivery.output, 'yesterday');
  await assert.rejects(openDelivery({ ...delivery, expected: { ...delivery.expected, rows: 5 } }));
  assert.equal(await readFile(delivery.output, 'utf8'), 'yesterday');
  await openDelivery(delivery);
  assert.match(await readFile(delivery.output, 'utf8'), /^id,/);
});
