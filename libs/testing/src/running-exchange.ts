import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Client } from '#contracts';
import { loadOrCreateVaultKey, openVault } from '#crypto';
import { openSetUpLink } from '#exchange';
import { connect, openExchangeContext } from '#postgres';
import { migrateQueue } from '#queue';
import { migratedDatabase, testRedisUrl, type TestDatabase } from './cluster.js';

const apps = resolve(import.meta.dirname, '../../../apps');
// A machine that runs many tests at once takes its time.
const readyTimeoutMs = 120_000;

export type Part = 'api' | 'worker';

/** The real exchange in processes of its own, on a database, a data folder and ports of its own. */
export interface RunningExchange {
  readonly baseUrl: string;
  readonly database: TestDatabase;
  readonly dataDir: string;
  /** A client without a token, and one with. */
  client(token?: string): Client;
  /** A one-time set-up link's secret, as the launcher makes it. */
  setUpToken(): Promise<string>;
  /** kill -9 of the whole process group of a part: its children die with it. */
  kill(part: Part): Promise<void>;
  start(part: Part): Promise<void>;
  pidOf(part: Part): number | undefined;
  logOf(part: Part): string;
  stop(): Promise<void>;
}

export interface RunningSettings {
  readonly label: string;
  /** The queue on Redis instead of PostgreSQL. */
  readonly redis?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts API and worker and waits until they are ready. */
export async function startExchange(settings: RunningSettings): Promise<RunningExchange> {
  const database = await migratedDatabase(settings.label);
  await migrateQueue(database.migratorUrl);
  const dataDir = await mkdtemp(join(tmpdir(), 'quanlian-test-'));
  const port = await freePort();
  const redisUrl = settings.redis ? await testRedisUrl() : undefined;
  const env = {
    PATH: process.env['PATH'],
    QUANLIAN_PORT: String(port),
    QUANLIAN_DATA_DIR: dataDir,
    QUANLIAN_LOG_LEVEL: 'warn',
    QUANLIAN_API_DATABASE_URL: database.apiUrl,
    QUANLIAN_WORKER_DATABASE_URL: database.workerUrl,
    ...(redisUrl === undefined ? {} : { QUANLIAN_REDIS_URL: redisUrl }),
    ...settings.env,
  };
  const baseUrl = `http://127.0.0.1:${port}`;
  const running = new Map<Part, ChildProcess>();
  const logs: Record<Part, string> = { api: '', worker: '' };

  const exchange: RunningExchange = {
    baseUrl,
    database,
    dataDir,
    client: (token) => createClient({ baseUrl, ...(token === undefined ? {} : { token: () => token }) }),
    async setUpToken() {
      const own = await connect(database.apiUrl, { poolSize: 2 });
      try {
        const vault = openVault(loadOrCreateVaultKey(join(dataDir, 'vault.key')));
        const token = await openSetUpLink(await openExchangeContext(own, { vault, clock: { now: () => new Date() } }));
        if (token === undefined) throw new Error('The exchange is set up already');
        return token;
      } finally {
        await own.close();
      }
    },
    async kill(part) {
      const child = running.get(part);
      if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      process.kill(-child.pid, 'SIGKILL');
      await exit;
      running.delete(part);
    },
    async start(part) {
      const child = spawn(process.execPath, [join(apps, part, 'src/main.js')], {
        env,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => (logs[part] = (logs[part] + text).slice(-100_000)));
      }
      running.set(part, child);
      if (part === 'api') await waitUntilReady(baseUrl, child, () => logs.api);
    },
    pidOf: (part) => running.get(part)?.pid,
    logOf: (part) => logs[part],
    async stop() {
      for (const child of running.values()) if (child.exitCode === null) child.kill('SIGTERM');
      const ends = [...running.values()].filter((child) => child.exitCode === null).map((child) => once(child, 'exit'));
      await Promise.race([Promise.all(ends), sleep(10_000, undefined, { ref: false })]);
      for (const part of ['api', 'worker'] as const) await exchange.kill(part);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  try {
    await exchange.start('worker');
    await exchange.start('api');
  } catch (error) {
    // Nobody else knows of these processes: left alone they would outlive the test and keep its process from ending.
    await exchange.stop();
    throw error;
  }
  return exchange;
}

async function waitUntilReady(baseUrl: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    const answer = await fetch(`${baseUrl}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The exchange did not become ready:\n${log()}`);
    await sleep(30);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
