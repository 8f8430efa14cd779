import { connect, type Socket } from 'node:net';
import { once } from 'node:events';

/** Asks for paths over as many connections; see {@link loadWith}. */
export function load(port: number, connections: number, forMs: number, pathOf: () => string): Promise<number[]> {
  return loadWith(port, connections, forMs, () => getOf(pathOf()));
}

/** A request that asks. */
export function getOf(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`;
}

/** A request that posts JSON. */
export function postOf(path: string, json: string): string {
  return `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

/**
 * Sends requests over as many connections for so long, one request a connection at a time; answers how many were answered with 200 and what
 * each took, in milliseconds. Ends early when there is no request left. Plain sockets: an HTTP client would cost more than what is measured.
 */
export async function loadWith(
  port: number,
  connections: number,
  forMs: number,
  requestOf: () => string | undefined,
): Promise<number[]> {
  const durations: number[] = [];
  const until = performance.now() + forMs;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
      await once(socket, 'connect');
      for (let request = requestOf(); request !== undefined && performance.now() < until; request = requestOf()) {
        const since = performance.now();
        socket.write(request);
        await answerOf(socket);
        durations.push(performance.now() - since);
      }
      socket.destroy();
    }),
  );
  return durations;
}

/** Waits for one whole answer with a length. Throws for any other than 200. */
function answerOf(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let got: Buffer = Buffer.alloc(0);
    const done = (error?: Error) => {
      socket.off('data', take);
      socket.off('close', closed);
      if (error) reject(error);
      else resolve();
    };
    const take = (chunk: Buffer) => {
      got = got.length === 0 ? chunk : Buffer.concat([got, chunk]);
      const end = got.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = got.toString('latin1', 0, end);
      if (!head.startsWith('HTTP/1.1 200')) return done(new Error(head.split('\r\n', 1)[0]));
      const length = Number(/content-length: *([0-9]+)/i.exec(head)?.[1]);
      if (got.length >= end + 4 + length) done();
    };
    const closed = () => done(new Error('The server hung up'));
    socket.on('data', take);
    socket.on('close', closed);
  });
}
