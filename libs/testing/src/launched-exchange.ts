import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Client } from '#contracts';
import { freePort } from './running-exchange.js';

const launcher = resolve(import.meta.dirname, '../../../apps/launcher/src/main.js');
const startTimeoutMs = 90_000;

export type Victim = 'api' | 'worker' | 'database' | 'launcher';

/** The exchange as `npm start` runs it: launcher, embedded database, API and worker, on a data folder of its own, without the demo. */
export interface LaunchedExchange {
  readonly baseUrl: string;
  readonly dataDir: string;
  client(token?: string): Client;
  setUpToken(): Promise<string>;
  /** Starts the launcher (again) and waits until it says that the exchange is ready. */
  start(): Promise<void>;
  /** kill -9. The launcher is to bring API, worker and database back by itself. False when there was nothing to kill just then. */
  kill(victim: Victim): Promise<boolean>;
  /** Where the embedded database listens, or listened last. */
  databasePort(): Promise<number>;
  /** Waits until the exchange answers that it is ready. */
  untilReady(): Promise<void>;
  /** What the launcher said. */
  said(): string;
  /** Ctrl-C; resolves with how long it took, in milliseconds. */
  stop(): Promise<number>;
  remove(): Promise<void>;
}

export async function launchExchange(env: Readonly<Record<string, string>> = {}): Promise<LaunchedExchange> {
  const dataDir = await mkdtemp(join(tmpdir(), 'quanlian-launch-'));
  // The database's own account must get in; else the launcher puts the database elsewhere, and it would stay there.
  await chmod(dataDir, 0o711);
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  let child: ReturnType<typeof spawn> | undefined;
  let said = '';
  let token = '';

  // An internal error is a bug, whatever the test was about: its cause stands only in the API's log, which is gone with the test.
  const showBugs: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (response.status === 500) {
      // The line may come a moment after the answer.
      await sleep(200);
      const log = await readFile(join(dataDir, 'log/api.log'), 'utf8').catch(() => '');
      process.stderr.write(`The exchange answered 500. Its API's log:\n${log.slice(-4000)}\n`);
    }
    return response;
  };
  const exchange: LaunchedExchange = {
    baseUrl,
    dataDir,
    client: (bearer) => createClient({ baseUrl, fetch: showBugs, ...(bearer === undefined ? {} : { token: () => bearer }) }),
    setUpToken: () => Promise.resolve(token),
    async start() {
      const from = said.length;
      child = spawn(process.execPath, [launcher], {
        env: {
          PATH: process.env['PATH'],
          LANG: 'en_US.UTF-8',
          QUANLIAN_DEMO: '0',
          QUANLIAN_PORT: String(port),
          QUANLIAN_DATA_DIR: dataDir,
          QUANLIAN_LOG_LEVEL: 'warn',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
      const deadline = Date.now() + startTimeoutMs;
      while (!/Ctrl-C/.test(said.slice(from))) {
        if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The launcher did not come up:\n${said}`);
        await sleep(30);
      }
      token = /[?&#/](?:token=)?([A-Za-z0-9_-]{43})\b/.exec(said.slice(from))?.[1] ?? token;
    },
    async kill(victim) {
      const pid =
        victim === 'launcher'
          ? child?.pid
          : victim === 'database'
            ? Number((await postmasterOf(dataDir))[0])
            : await childOf(child?.pid, victim);
      if (!pid) return false;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        return false;
      }
      if (victim === 'launcher' && child?.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return true;
    },
    databasePort: async () => Number((await postmasterOf(dataDir))[3]),
    async untilReady() {
      const deadline = Date.now() + startTimeoutMs;
      for (;;) {
        const answer = await fetch(`${baseUrl}/health/ready`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
        if (answer?.ok) return;
        if (Date.now() > deadline) throw new Error(`The exchange did not recover:\n${said.slice(-4000)}`);
        await sleep(50);
      }
    },
    said: () => said,
    async stop() {
      const begun = performance.now();
      if (child && child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.kill('SIGINT');
        await exit;
      }
      return performance.now() - begun;
    },
    async remove() {
      await exchange.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await exchange.start();
  return exchange;
}

/** The launcher's child that runs this app. proc(5). */
async function childOf(parent: number | undefined, app: 'api' | 'worker'): Promise<number | undefined> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    if (!new RegExp(`^PPid:\\t${parent}$`, 'm').test(status)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(`apps/${app}/src/main.js`)) return Number(name);
  }
  return undefined;
}

/** The lines of the embedded server's own pid file, wherever its folder lies: its process first, its port fourth. */
async function postmasterOf(dataDir: string): Promise<string[]> {
  const { directory } = JSON.parse(await readFile(join(dataDir, 'database.json'), 'utf8')) as { directory: string };
  const text = await readFile(join(resolve(dataDir, directory), 'postmaster.pid'), 'utf8').catch(() => '');
  return text.split('\n');
}
