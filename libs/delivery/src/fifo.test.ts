import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFifo } from './fifo.js';

const folder = await mkdtemp(join(tmpdir(), 'quanlian-fifo-'));
after(() => rm(folder, { recursive: true }));
const MiB = 1024 * 1024;

async function write(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
  } finally {
    await file.close();
  }
}

test(
  'what several writers put in comes out as it was, also to a reader that is slower than they are',
  { timeout: 20_000 },
  async () => {
    const bytes = randomBytes(5 * MiB + 7);
    const fifo = await openFifo(join(folder, 'slow'));
    const writing = (async () => {
      await write(fifo.path, bytes.subarray(0, 3 * MiB));
      await write(fifo.path, bytes.subarray(3 * MiB));
      await fifo.finish();
    })();
    const read: Buffer[] = [];
    for await (const piece of fifo.bytes) {
      // Each piece must stay as it is until the next is asked for, while the writer would fill all memory that there is.
      if (read.length % 20 === 0) await sleep(20);
      read.push(Buffer.from(piece));
    }
    await writing;
    assert.ok(Buffer.concat(read).equals(bytes));
    await fifo.destroy();
  },
);

test('a pipe into which nobody wrote ends, and one that is given up fails its writer', { timeout: 20_000 }, async () => {
  const empty = await openFifo(join(folder, 'empty'));
  await empty.finish();
  for await (const _ of empty.bytes) assert.fail('Nothing was written');
  await empty.destroy();

  const left = await openFifo(join(folder, 'left'));
  const writing = write(left.path, randomBytes(4 * MiB));
  writing.catch(() => undefined);
  for await (const _ of left.bytes) break;
  await left.destroy();
  await assert.rejects(writing, { code: 'EPIPE' });
});
