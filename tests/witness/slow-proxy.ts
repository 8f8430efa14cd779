import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Stands before a witness and takes its time. */
export interface SlowProxy {
  readonly url: string;
  /** How long every request is held before it goes on. */
  delayMs: number;
  /** Where it leads. */
  to(address: string): void;
  close(): Promise<void>;
}

export async function slowProxy(): Promise<SlowProxy> {
  let target = '';
  const server = createServer((asked, answered) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of asked) chunks.push(chunk as Buffer);
      await sleep(proxy.delayMs);
      const { hostname, port } = new URL(target);
      const onward = request({ hostname, port, path: asked.url, method: asked.method }, (answer) => {
        answered.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(answered);
      });
      onward.on('error', () => answered.destroy());
      onward.end(Buffer.concat(chunks));
    })().catch(() => answered.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy: SlowProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    delayMs: 0,
    to: (address) => (target = address),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}
