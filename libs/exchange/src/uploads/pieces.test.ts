import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldBytes } from '#testing';
import { Incoming } from './pieces.js';

const pieceBytes = 64 * 1024;
async function* fresh(count: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(pieceBytes).fill(i);
}

test('nothing of a file is held once it has been taken, however large the file', async () => {
  const incoming = new Incoming(fresh(2_000), new AbortController().signal);
  let sizeBytes = 0;
  let mostBytes = 0;
  const before = heldBytes();
  for await (const bytes of incoming.take(Infinity)) {
    sizeBytes += bytes.length;
    if (sizeBytes % (200 * pieceBytes) > 0) continue;
    mostBytes = Math.max(mostBytes, heldBytes() - before);
  }
  assert.equal(sizeBytes, 2_000 * pieceBytes);
  assert.ok(mostBytes < 100 * pieceBytes, `${mostBytes} bytes are held`);
});

test('a stop ends a wait for a sender that says nothing, and everything after it', async () => {
  const stop = new AbortController();
  async function* silent(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(3);
    await new Promise(() => undefined);
  }
  const incoming = new Incoming(silent(), stop.signal);
  const taken: number[] = [];
  for await (const bytes of incoming.take(Infinity)) {
    taken.push(bytes.length);
    setImmediate(() => stop.abort());
  }
  assert.deepEqual(taken, [3]);
  assert.equal(await incoming.hasMore(), false);
  assert.equal(await new Incoming(fresh(1), stop.signal).hasMore(), false);
});
