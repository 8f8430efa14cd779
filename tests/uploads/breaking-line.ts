import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a sender and the exchange, and breaks the line as it is told. */
export interface BreakingLine {
  readonly baseUrl: string;
  /** Bytes that went up in all. */
  readonly sentBytes: number;
  readonly cuts: number;
  /**
   * From the next upload on, and instead of what was told before: after how many bytes each connection is cut; what went up until then
   * arrives. Later ones live.
   */
  cutNext(afterBytes: readonly number[]): void;
  /** Nothing goes up any more beyond so many bytes: resolves when it is so. */
  holdAfter(bytes: number): Promise<void>;
  /** What the next upload sends arrives so much later, though its sender be gone. */
  lagNext(ms: number): void;
  /** What was held goes on, if its line lives. */
  release(): void;
  close(): Promise<void>;
}

export async function breakingLine(target: string): Promise<BreakingLine> {
  const { port, hostname } = new URL(target);
  const sockets = new Set<Socket>();
  const budgets: number[] = [];
  const told = { sentBytes: 0, cuts: 0 };
  let holdAt = Number.POSITIVE_INFINITY;
  let onHeld = () => {};
  const held = new Set<Socket>();
  let isArmed = false;
  let nextLagMs = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let left = Number.POSITIVE_INFINITY;
    let lagMs = 0;
    const later = (act: () => void) => void (lagMs === 0 ? act() : setTimeout(act, lagMs));
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        // What was sent before the line broke arrives; nothing comes back.
        if (other === upstream) later(() => upstream.end());
        else other.destroy();
      });
    }
    upstream.pipe(client);
    client.on('data', (data) => {
      const isUpload = data.includes('/uploads?');
      isArmed ||= isUpload;
      if (isUpload) [lagMs, nextLagMs] = [nextLagMs, 0];
      if (isArmed && left === Number.POSITIVE_INFINITY) left = budgets.shift() ?? left;
      const bytes = data.subarray(0, left);
      left -= bytes.length;
      told.sentBytes += bytes.length;
      later(() => upstream.write(bytes));
      if (left === 0) {
        told.cuts += 1;
        client.destroy();
        // What is on its way arrives, as it does on a line that breaks behind it.
        setTimeout(() => upstream.destroy(), 3);
      } else if (told.sentBytes >= holdAt) {
        client.pause();
        held.add(client);
        onHeld();
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get sentBytes() {
      return told.sentBytes;
    },
    get cuts() {
      return told.cuts;
    },
    cutNext(afterBytes) {
      isArmed = false;
      budgets.splice(0, budgets.length, ...afterBytes);
    },
    holdAfter: (bytes) =>
      new Promise((resolve) => {
        holdAt = told.sentBytes + bytes;
        onHeld = resolve;
      }),
    lagNext(ms) {
      nextLagMs = ms;
    },
    release() {
      holdAt = Number.POSITIVE_INFINITY;
      for (const socket of held) socket.resume();
      held.clear();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
