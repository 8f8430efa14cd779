import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { filePieces, openReader, writeFilePieces } from './file-pieces.js';

const folder = await mkdtemp(join(tmpdir(), 'quanlian-pieces-'));
after(() => rm(folder, { recursive: true }));
const MiB = 1024 * 1024;

async function* cut(bytes: Buffer, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes);
}

for (const sizeBytes of [0, 1, MiB - 1, MiB, MiB + 1, 3 * MiB + 7]) {
  test(`a file of ${sizeBytes} bytes is written and read as it was`, async () => {
    const bytes = randomBytes(sizeBytes);
    const path = join(folder, `file-${sizeBytes}`);
    await writeFilePieces(path, cut(bytes, 65_537));
    assert.ok((await readFile(path)).equals(bytes));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    const read: Buffer[] = [];
    // A slow reader: each piece must stay as it is until the next is asked for.
    for await (const piece of filePieces(path)) {
      await new Promise((done) => setTimeout(done, 5));
      read.push(Buffer.from(piece));
    }
    assert.ok(Buffer.concat(read).equals(bytes));
    const reader = await openReader(path);
    const memory = Buffer.alloc(sizeBytes + 1);
    let at = 0;
    for (let count = -1; count !== 0; at += count) count = await reader.read(memory.subarray(at, at + 100_003));
    await reader.close();
    assert.ok(memory.subarray(0, at).equals(bytes));
  });
}

test('what the pieces throw is thrown, and a file that is there is not written over', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(2 * MiB);
    throw new Error('the source broke');
  }
  await assert.rejects(writeFilePieces(join(folder, 'broken'), failing()), /the source broke/);
  const there = join(folder, 'there');
  await writeFile(there, 'kept');
  await assert.rejects(writeFilePieces(there, cut(Buffer.from('other'), 5)), { code: 'EEXIST' });
  assert.equal(await readFile(there, 'utf8'), 'kept');
  await assert.rejects(filePieces(join(folder, 'missing')).next(), { code: 'ENOENT' });
});
