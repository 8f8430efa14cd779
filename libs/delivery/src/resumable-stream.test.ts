import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { CallError } from '#contracts';
import { resumableStream } from './resumable-stream.js';

const file = randomBytes(100_000);
const signal = () => new AbortController().signal;

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

/** An answer that gives so many bytes from `start` on and then ends as if the line broke, or truly. */
function answer(start: number, bytes: number, status = start === 0 ? 200 : 206): Response {
  let given = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (given) {
        if (start + bytes >= file.length) controller.close();
        else controller.error(new TypeError('network error'));
        return;
      }
      given = true;
      controller.enqueue(new Uint8Array(file.subarray(start, start + bytes)));
    },
  });
  return new Response(body, { status });
}

test('a stream goes on from the byte where the line broke, and says that it waits', async () => {
  const starts: number[] = [];
  const waits: unknown[] = [];
  const stream = resumableStream({
    sizeBytes: file.length,
    signal: signal(),
    onWait: (reason) => waits.push(reason),
    open: (start) => {
      starts.push(start);
      if (starts.length === 2) return Promise.reject(new CallError('refused', 0));
      return Promise.resolve(answer(start, 40_000));
    },
  });
  assert.ok((await readAll(stream)).equals(file));
  assert.deepEqual(starts, [0, 40_000, 40_000, 80_000]);
  assert.deepEqual(waits, ['line', 'line', undefined, 'line', undefined]);
});

test('a stream ends with the exchange’s own no, and never joins two files', async () => {
  const refused = async (): Promise<Response> => {
    throw no;
  };
  const no = new CallError('suspended', 409, {
    type: '',
    code: 'right-suspended',
    status: 409,
    title: { zh: '', en: '' },
  });
  const common = { sizeBytes: file.length, signal: signal(), onWait: () => undefined };
  await assert.rejects(readAll(resumableStream({ ...common, open: refused })), no);
  const other = resumableStream({ ...common, open: (start) => Promise.resolve(answer(start, 40_000, 200)) });
  await assert.rejects(readAll(other), /changed/);
});

test('an exchange that takes the request and never answers is asked again', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const turn = () => new Promise((done) => setImmediate(done));
  let asked = 0;
  const stream = resumableStream({
    sizeBytes: file.length,
    signal: signal(),
    onWait: () => undefined,
    open: (start, abort) => {
      asked += 1;
      if (asked > 1) return Promise.resolve(answer(start, file.length));
      return new Promise((_, fail) => abort.addEventListener('abort', () => fail(new CallError('aborted', 0))));
    },
  });
  const read = readAll(stream);
  for (const ms of [29_999, 1, 500]) {
    await turn();
    assert.equal(asked, 1);
    context.mock.timers.tick(ms);
  }
  assert.ok((await read).equals(file));
  assert.equal(asked, 2);
});

test('a stream that is aborted waits no longer', async () => {
  const abort = new AbortController();
  const stream = resumableStream({
    sizeBytes: file.length,
    signal: abort.signal,
    onWait: () => abort.abort(new Error('stopped')),
    open: () => Promise.reject(new CallError('unreachable', 0)),
  });
  await assert.rejects(readAll(stream), /stopped/);
});
