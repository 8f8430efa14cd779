// A PostgreSQL cluster and a Redis server for tests, gone without a trace when whoever asked for them is gone:
// they live as long as our standard input stays open, so even a kill -9 of the asker ends them.
// With --durable the cluster waits for its disk at every commit, as benchmarks need it; tests do not.
// Prints one line of JSON: { "pg": URL of the superuser, "redis": URL or "" when redis-server is not installed }.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '..');
const { startEmbeddedPostgres, findFreePort } = await import(
  pathToFileURL(join(root, 'dist/apps/launcher/src/embedded-postgres.js')).href
);

const folder = mkdtempSync(join(tmpdir(), 'quanlian-test-'));
// The database's own account walks through here when we are root.
chmodSync(folder, 0o711);

async function startRedis() {
  const port = await findFreePort();
  const flags = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  flags.push('--databases', '4096', '--maxmemory-policy', 'noeviction');
  const server = spawn('redis-server', flags.map(String), { stdio: 'ignore', detached: true });
  const failed = once(server, 'error').then(() => 'missing');
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const socket = connect(port, '127.0.0.1');
    const result = await Promise.race([
      failed,
      once(socket, 'connect').then(
        () => 'up',
        () => 'down',
      ),
    ]);
    socket.destroy();
    if (result === 'missing') return undefined;
    if (result === 'up') return { url: `redis://127.0.0.1:${port}`, server };
    await sleep(20);
  }
  throw new Error('redis-server does not answer.');
}

const [postgres, redis] = await Promise.all([
  startEmbeddedPostgres({
    directory: join(folder, 'pg'),
    password: randomBytes(18).toString('base64url'),
    durable: process.argv.includes('--durable'),
  }),
  startRedis(),
]);

let ending = false;
async function end() {
  if (ending) return;
  ending = true;
  redis?.server.kill('SIGKILL');
  await postgres.stop('immediate').catch(() => {});
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
const endNow = () => void end();
process.stdin.on('end', endNow).on('close', endNow).resume();
process.on('SIGTERM', endNow);
// A Ctrl-C at the terminal is for the asker, who still uses us while it winds up; its end closes our input.
process.on('SIGINT', () => {});
console.log(JSON.stringify({ pg: postgres.adminUrl('postgres'), redis: redis?.url ?? '' }));
