import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { drained } from './drained.js';

test('a stream is waited for a thousand times without a listener left, and one that is gone is not waited for', async () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  const listeners = () => stream.eventNames().map((name) => stream.listenerCount(name));
  const before = listeners();
  for (let i = 0; i < 1_000; i++) {
    assert.equal(stream.write(Buffer.alloc(8)), false);
    setImmediate(() => stream.read());
    await drained(stream);
    assert.equal(stream.writableNeedDrain, false);
  }
  assert.deepEqual(listeners(), before);

  stream.write(Buffer.alloc(8));
  setImmediate(() => stream.destroy());
  await drained(stream);
  await drained(stream);
  assert.deepEqual(listeners(), before);
});
