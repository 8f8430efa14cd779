import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Held } from '#testing';
import { Incoming } from './pieces.js';

test('nothing of a file is held once it has been taken, however large the file', async () => {
  const held = new Held();
  async function* fresh(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 2_000; i++) {
      const bytes = new Uint8Array(16 * 1024);
      held.add(bytes);
      yield bytes;
    }
  }
  const incoming = new Incoming(fresh(), new AbortController().signal);
  let taken = 0;
  let most = 0;
  for await (const bytes of incoming.take(Infinity)) {
    assert.equal(bytes.length, 16 * 1024);
    if ((taken += 1) % 200 === 0) most = Math.max(most, await held.count());
  }
  assert.equal(taken, 2_000);
  assert.ok(most < 50, `${most} pieces are held`);
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
  assert.equal(await new Incoming(silent(), stop.signal).hasMore(), false);
});
