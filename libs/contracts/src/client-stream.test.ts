import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createClient, routes } from '#contracts';
import { heldBytes } from '#testing';

const server = createServer((request, answer) => {
  request.resume().on('end', () => answer.writeHead(204).end());
}).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());

test('a client that sends a stream holds nothing of what has been sent, however long it is', async () => {
  const client = createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const pieceBytes = 256 * 1024;
  const before = heldBytes();
  let pieces = 0;
  let mostBytes = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (pieces === 512) return controller.close();
        controller.enqueue(new Uint8Array(pieceBytes).fill(pieces));
        if ((pieces += 1) % 64 > 0) return;
        mostBytes = Math.max(mostBytes, heldBytes() - before);
      },
    },
    { highWaterMark: 1 },
  );
  await client.open(routes.appendUpload, { params: { id: '0'.repeat(32) } }, { stream });
  assert.equal(pieces, 512);
  assert.ok(mostBytes < 128 * pieceBytes, `${mostBytes} bytes are held`);
});
