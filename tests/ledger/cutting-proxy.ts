import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and PostgreSQL, and cuts the line at the next COMMIT when told to. */
export interface CuttingProxy {
  /** The address given, through the proxy. */
  readonly url: string;
  /** `unsent`: the server never hears of the next COMMIT. `unanswered`: it commits, and the client never hears of it. */
  cutNextCommit(how: 'unsent' | 'unanswered'): void;
  /** How many were cut. */
  cuts(): number;
  close(): Promise<void>;
}

export async function cuttingProxy(url: string): Promise<CuttingProxy> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let next: 'unsent' | 'unanswered' | undefined;
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const cut = () => {
      cuts++;
      client.destroy();
      upstream.destroy();
    };
    let isMuted = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      if (next !== undefined && data.includes('COMMIT\0')) {
        const how = next;
        next = undefined;
        if (how === 'unsent') return cut();
        isMuted = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (!isMuted) client.write(data);
      // Answers to what was sent before it may come first: it is the server's word for a commit that tells.
      else if (data.includes('COMMIT\0')) cut();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    cutNextCommit(how) {
      next = how;
    },
    cuts: () => cuts,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
