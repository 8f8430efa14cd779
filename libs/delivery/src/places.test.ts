import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makePlaces } from './places.js';

test('so many work at once, the others in order of arrival', async () => {
  const places = makePlaces(() => 2);
  const order: number[] = [];
  const first = await places.take();
  const second = await places.take();
  const waiting = [3, 4, 5].map(async (n) => {
    const giveBack = await places.take();
    order.push(n);
    return giveBack;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(order, []);
  first();
  first();
  (await (waiting[0] as Promise<() => void>))();
  await waiting[1];
  assert.deepEqual(order, [3, 4]);
  second();
  await waiting[2];
  assert.deepEqual(order, [3, 4, 5]);
});

test('who gives up leaves the row, and nobody behind is forgotten', async () => {
  const places = makePlaces(() => 1);
  const giveBack = await places.take();
  const abort = new AbortController();
  const leaving = places.take(abort.signal);
  const staying = places.take();
  abort.abort(new Error('no longer'));
  await assert.rejects(leaving, /no longer/);
  giveBack();
  (await staying)();
  await assert.rejects(places.take(abort.signal), /no longer/);
  (await places.take())();
});
