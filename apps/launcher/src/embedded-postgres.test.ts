import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findFreePort, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';

const folder = mkdtempSync(join(tmpdir(), 'quanlian-embedded-'));
chmodSync(folder, 0o711);
const directory = join(folder, 'pg');
const password = randomBytes(18).toString('base64url');
const start = (): Promise<EmbeddedPostgres> => startEmbeddedPostgres({ directory, password, durable: false });

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: unknown }>(statement);
    return rows[0]?.answer;
  } finally {
    await client.end();
  }
}

function requireProcess(server: EmbeddedPostgres): number {
  const pid = server.findProcess();
  assert.ok(pid, 'the server has a process');
  return pid;
}

async function waitUntilDead(server: EmbeddedPostgres): Promise<void> {
  while (server.findProcess()) await sleep(10);
}

let server: EmbeddedPostgres | undefined;
after(async () => {
  await server?.stop('immediate').catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

test('starts on a fresh folder, on loopback, with a password that is needed', async () => {
  server = await start();
  assert.equal(server.adopted, false);
  assert.equal(await ask(server.adminUrl('postgres'), "select current_setting('listen_addresses') as answer"), '127.0.0.1');
  const wrong = new URL(server.adminUrl('postgres'));
  wrong.password = 'wrong';
  await assert.rejects(ask(wrong.href, 'select 1'), /password authentication failed/);
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  if (process.getuid?.() === 0) assert.notEqual(statSync(directory).uid, 0, 'the server does not run as root');
});

test('takes over a server that an earlier launcher left running', async () => {
  assert.ok(server);
  const pid = requireProcess(server);
  const second = await start();
  assert.equal(second.adopted, true);
  assert.equal(second.port, server.port);
  assert.equal(requireProcess(second), pid);
});

test('restarts on the same port after a kill -9, though a session was busy', async () => {
  assert.ok(server);
  const { port } = server;
  await ask(server.adminUrl('postgres'), 'create table kept as select 42 as answer');
  // A statement that would hold the shared memory of the dead server for a minute.
  const busy = ask(server.adminUrl('postgres'), 'select pg_sleep(60)').catch(() => 'lost');
  await sleep(300);
  process.kill(requireProcess(server), 'SIGKILL');
  await waitUntilDead(server);
  await server.restart();
  assert.equal(server.port, port);
  assert.equal(await busy, 'lost');
  assert.equal(await ask(server.adminUrl('postgres'), 'select answer from kept'), 42);
});

test('looks for another port when the one that was free is taken before the server listens', async () => {
  assert.ok(server);
  await server.stop();
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const taken = (squatter.address() as AddressInfo).port;
  const offered: number[] = [];
  server = await startEmbeddedPostgres({
    directory,
    password,
    // Durable, since only then has the server a log of its own, which is where it says that the port is taken.
    findPort: async (wanted) => {
      const port = offered.length === 0 ? taken : await findFreePort(wanted);
      offered.push(port);
      return port;
    },
  });
  squatter.close();
  assert.deepEqual(offered, [taken, server.port]);
  assert.equal(await ask(server.adminUrl('postgres'), 'select answer from kept'), 42);
});

test('a process number that now belongs to another program is no server', async () => {
  assert.ok(server);
  await server.stop('immediate');
  writeFileSync(join(directory, 'postmaster.pid'), `${process.ppid}\n${directory}\n0\n1\n\n127.0.0.1\n\nready\n`);
  server = await start();
  assert.equal(server.adopted, false);
  assert.equal(await ask(server.adminUrl('postgres'), 'select answer from kept'), 42);
});

test('a killed initdb leaves nothing that passes for a database', async () => {
  const half = join(folder, 'half');
  const made = await startEmbeddedPostgres({ directory: half, password, durable: false });
  await made.stop('immediate');
  // What a kill during initdb leaves: the folder beside, with PG_VERSION in it already.
  const { renameSync } = await import('node:fs');
  renameSync(half, `${half}.new`);
  const again = await startEmbeddedPostgres({ directory: half, password, durable: false });
  assert.equal(await ask(again.adminUrl('postgres'), "select to_regclass('kept')::text as answer"), null);
  await again.stop('immediate');
});

test('takes another port when the preferred one is taken', async () => {
  assert.ok(server);
  assert.notEqual(await findFreePort(server.port), server.port);
});
