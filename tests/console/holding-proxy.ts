import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between the console and the exchange like a proxy that buffers: it hands on an answer when the answer is whole, which news never are. */
export interface HoldingProxy {
  readonly baseUrl: string;
  /** How many event streams it holds back now. */
  held(): number;
  close(): Promise<void>;
}

export async function holdingProxy(target: string): Promise<HoldingProxy> {
  const { hostname, port } = new URL(target);
  const held = new Set<IncomingMessage>();
  const server = createServer((asked: IncomingMessage, answered: ServerResponse) => {
    const onward = request({ hostname, port, path: asked.url, method: asked.method, headers: asked.headers }, (answer) => {
      answered.writeHead(answer.statusCode ?? 502, answer.headers);
      // The stream's words are read and kept, as a proxy does that waits for the end of an answer.
      if (answer.headers['content-type']?.startsWith('text/event-stream')) {
        held.add(answer);
        answered.flushHeaders();
        answer.resume().once('close', () => held.delete(answer));
      } else answer.pipe(answered);
    });
    onward.on('error', () => answered.destroy());
    answered.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held: () => held.size,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
