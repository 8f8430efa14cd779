// How fast a download passes the gate of its right: 64 KiB chunks into a loopback socket, each under the gate, against the same bytes
// into the same socket without it. `npm run bench -- gate [seconds]`. Client, server and database share this machine's cores. Skipped:
// reading the payload from its store, and counting the bytes served (once a megabyte).
import { once } from 'node:events';
import { connect as connectSocket, createServer, type AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { randomId } from '#crypto';
import { connect, openGate, withClient } from '#postgres';
import { migratedDatabase } from '#testing';

const seconds = Number(process.argv[2] ?? 3);
const chunk = Buffer.alloc(64 * 1024, 7);
const right = randomId();
const delivery = randomId();

const place = await migratedDatabase('bench_gate');
await withClient(place.url, async (client) => {
  const put = (kind: string, id: string, state: object) =>
    client.query(`INSERT INTO projection."${kind}" (id, state, changed_at) VALUES ($1, $2, 0)`, [id, JSON.stringify(state)]);
  const window = { from: '2000-01-01T00:00:00.000Z', until: '9999-01-01T00:00:00.000Z' };
  await put('right', right, { state: 'in-force', terms: { window } });
  await put('delivery', delivery, { right, state: 'prepared' });
});
const database = await connect(place.apiUrl, { poolSize: 2 });

const sink = createServer((socket) => void socket.resume());
await once(sink.listen(0, '127.0.0.1'), 'listening');
const { port } = sink.address() as AddressInfo;

async function send(until: number, hand: (write: () => void) => Promise<boolean>): Promise<number> {
  const socket = connectSocket(port, '127.0.0.1');
  await once(socket, 'connect');
  let bytes = 0;
  while (performance.now() < until) {
    if (!(await hand(() => void socket.write(chunk)))) throw new Error('The gate is closed');
    bytes += chunk.length;
    if (socket.writableNeedDrain) await once(socket, 'drain');
  }
  socket.destroy();
  return bytes;
}

async function measure(downloads: number, isGated: boolean): Promise<number> {
  const gates = await Promise.all(Array.from({ length: downloads }, () => openGate(database, { now: () => new Date() })));
  const since = performance.now();
  const sent = await Promise.all(
    gates.map((gate) =>
      send(since + seconds * 1000, (write) =>
        isGated
          ? gate.whileOpen({ right, delivery, grantee: '119901000000003268' }, write)
          : Promise.resolve(write()).then(() => true),
      ),
    ),
  );
  const rate = sent.reduce((sum, bytes) => sum + bytes, 0) / 1e6 / ((performance.now() - since) / 1000);
  await Promise.all(gates.map((gate) => gate.close()));
  return rate;
}

console.log(`${cpus().length} cores, Node ${process.version}; reads only, so the cluster's fsync setting does not matter`);
await measure(1, true);
for (const downloads of [1, 4]) {
  const [without, gated] = [await measure(downloads, false), await measure(downloads, true)];
  const line = `${downloads} at once: ${gated.toFixed(0)} MB/s through the gate (${((gated * 1e6) / chunk.length).toFixed(0)} chunks/s)`;
  console.log(`${line}, ${without.toFixed(0)} MB/s without, ratio ${(gated / without).toFixed(3)}`);
}
sink.close();
await database.close();
process.exit(0);
