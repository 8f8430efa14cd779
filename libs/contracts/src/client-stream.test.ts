import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createClient, routes } from '#contracts';
import { Held } from '#testing';

const server = createServer((request, answer) => {
  request.resume().on('end', () => answer.writeHead(204).end());
}).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());

test('a client that sends a stream holds nothing of what has been sent, however long it is', async () => {
  const client = createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const held = new Held();
  let pieces = 0;
  let most = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (pieces === 1_000) return controller.close();
        const bytes = new Uint8Array(64 * 1024).fill(pieces);
        held.add(bytes);
        controller.enqueue(bytes);
        if ((pieces += 1) % 100 === 0) most = Math.max(most, await held.count());
      },
    },
    { highWaterMark: 1 },
  );
  await client.open(routes.appendUpload, { params: { id: '0'.repeat(32) } }, { stream });
  assert.equal(pieces, 1_000);
  assert.ok(most < 200, `${most} of ${pieces} pieces are held`);
});
