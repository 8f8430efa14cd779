import { once } from 'node:events';
import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { settingsTable, type Settings } from '#settings';
import { Child } from './child.js';
import type { DatabaseAddresses, PreparedDatabase } from './database.js';
import type { DemoWitnesses } from './demo-witnesses.js';
import type { Progress } from './progress.js';
import { say, sayNotReady, sayPortTaken, sayRestart, words } from './words.js';

/** dist/apps, where this file lies in dist/apps/launcher/src; and the clone. */
const apps = resolve(import.meta.dirname, '../..');
const root = resolve(apps, '../..');

/** After this many crashes without ever having been ready, the start has failed: it would not get better by itself. */
const maxCrashesAtStart = 4;
const readyTimeoutMs = 60_000;
/** How long an API of a killed launcher may take to leave the port. */
const portTimeoutMs = 6_000;
const watchMs = 300;

/** Within ten seconds in all, in this order: nobody is served without a database. */
const graceMs = { api: 4000, worker: 3000, witness: 500, database: 2500 };

/** The API, the worker and the database that they use, kept running until told to stop. */
export class Exchange {
  readonly #api: Child;
  readonly #worker: Child;
  readonly #watching = new AbortController();
  #watch: Promise<void> = Promise.resolve();

  #database: PreparedDatabase | undefined;
  #witnesses: DemoWitnesses | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly progress: Progress,
  ) {
    this.#api = this.#child('api', 'API', ({ api }) => ({ QUANLIAN_API_DATABASE_URL: api }));
    this.#worker = this.#child('worker', 'worker', ({ worker }) => ({ QUANLIAN_WORKER_DATABASE_URL: worker }));
  }

  #child(app: 'api' | 'worker', name: string, own: (addresses: DatabaseAddresses) => NodeJS.ProcessEnv): Child {
    return new Child({
      name,
      script: join(apps, app, 'src/main.js'),
      cwd: root,
      logFile: join(this.settings.dataDir, 'log', `${app}.log`),
      env: { ...withoutDatabases(process.env), QUANLIAN_DATA_DIR: this.settings.dataDir },
      preload: ['#nest', '#postgres', '#queue', '#exchange'],
      // Each process gets its own role's address only; the administrator's stays here.
      settings: () => (this.#database ? { ...own(this.#database.addresses()), ...this.#policy() } : {}),
      onCrash: (reason, waitMs) => this.progress.line(sayRestart(name, reason, waitMs)),
    });
  }

  #policy(): NodeJS.ProcessEnv {
    return this.#witnesses ? { QUANLIAN_WITNESS_POLICY: this.#witnesses.policyFile } : {};
  }

  /** Starts both processes as far as they get without a database. */
  warmUp(): void {
    this.#api.start();
    this.#worker.start();
  }

  /** Lets both run on the database and waits until the API says that everything is ready. */
  async start(database: PreparedDatabase, signal: AbortSignal): Promise<void> {
    this.#database = database;
    // Loaded late, like all that needs a database.
    const { handOnLogKeys, prepareDemoWitnesses } = await import('./demo-witnesses.js');
    this.#witnesses = await prepareDemoWitnesses(this.settings, database.addresses().api, (name, reason, waitMs) =>
      this.progress.line(sayRestart(name, reason, waitMs)),
    );
    for (const witness of this.#witnesses?.children ?? []) {
      witness.start();
      witness.release();
    }
    if (this.#witnesses) void handOnLogKeys(this.settings, () => database.addresses().api, this.#watching.signal);
    await waitForPort(this.settings);
    this.#api.release();
    this.#worker.release();
    this.#watch = this.#watchDatabase(database);
    await this.progress.step(say(words.api), async () => {
      const deadline = Date.now() + readyTimeoutMs;
      while (!(await isReady(this.settings))) {
        signal.throwIfAborted();
        const failing = [this.#api, this.#worker].find(({ crashes }) => crashes >= maxCrashesAtStart);
        if (failing ?? Date.now() > deadline) {
          const child = failing ?? this.#api;
          throw new Error(sayNotReady(child.options.name, child.options.logFile, child.tail()));
        }
        await sleep(50, undefined, { signal });
      }
    });
  }

  /** Starts the embedded database again whenever it has died. */
  async #watchDatabase({ embedded }: PreparedDatabase): Promise<void> {
    if (!embedded) return;
    const { signal } = this.#watching;
    while (!signal.aborted) {
      await sleep(watchMs, undefined, { signal }).catch(() => {});
      if (signal.aborted || embedded.findProcess()) continue;
      this.progress.line(say(words.databaseDied));
      const { port } = embedded;
      try {
        await this.progress.step(say(words.databaseBack), () => embedded.restart());
      } catch (error) {
        // Said, and tried again: the exchange answers "not ready" in the meantime, and nothing is lost.
        this.progress.line((error as Error).message);
        await sleep(5000, undefined, { signal }).catch(() => {});
        continue;
      }
      // Somebody took the port in the meantime: only new processes hear of the new one.
      if (embedded.port !== port) for (const child of [this.#api, this.#worker]) child.cycle();
    }
  }

  /** Stops the API, then the worker. Nothing under way is lost: whatever was not finished is tried again. */
  async stop(): Promise<void> {
    this.#watching.abort();
    // A database that is just being restarted is waited for, but not beyond the ten seconds.
    await Promise.race([this.#watch, sleep(500, undefined, { ref: false })]);
    await this.#api.stop(graceMs.api);
    await this.#worker.stop(graceMs.worker);
    // Last, so that what was sealed last is cosigned, too.
    await Promise.all(this.#witnesses?.children.map((witness) => witness.stop(graceMs.witness)) ?? []);
  }

  /** For the impatient: ends everything at once. What was durable stays so. */
  kill(): void {
    this.#watching.abort();
    for (const child of [this.#api, this.#worker, ...(this.#witnesses?.children ?? [])]) child.kill();
  }
}

/** Ordinarily a checkpoint and out; a database that cannot finish in time is stopped at once and recovers at the next start. */
export async function stopDatabase({ embedded }: PreparedDatabase): Promise<void> {
  if (!embedded) return;
  const stopped = embedded.stop('fast').then(() => true);
  const inTime = await Promise.race([stopped, sleep(graceMs.database, false, { ref: false })]);
  if (!inTime) await embedded.stop('immediate');
}

function withoutDatabases(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { databaseUrl, apiDatabaseUrl, workerDatabaseUrl } = settingsTable;
  const hidden = new Set([databaseUrl, apiDatabaseUrl, workerDatabaseUrl].flatMap(({ name }) => [name, `${name}_FILE`]));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name)));
}

/** After a kill of the launcher its API needs a moment to leave the port; somebody else's program does not leave. */
async function waitForPort({ host, port }: Settings): Promise<void> {
  const deadline = Date.now() + portTimeoutMs;
  for (;;) {
    const server = createServer();
    try {
      await once(server.listen(port, host), 'listening');
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE') throw error;
      if (Date.now() > deadline) throw new Error(sayPortTaken(host, port), { cause: error });
    } finally {
      if (server.listening) await new Promise((closed) => server.close(closed));
    }
    await sleep(200);
  }
}

/** The host under which this machine itself reaches the API. */
export function localHost({ host }: Settings): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}

/** Asks the API itself, on this machine; its certificate is for the name that people use, so it is not checked here. */
async function isReady(settings: Settings): Promise<boolean> {
  const { port, tlsCertFile } = settings;
  const options = { host: localHost(settings), port, path: '/health/ready', timeout: 2000 };
  return new Promise((answer) => {
    const asking = tlsCertFile ? requestTls({ ...options, rejectUnauthorized: false }) : requestPlain(options);
    asking
      .on('response', (response) => {
        response.resume();
        answer(response.statusCode === 200);
      })
      .on('timeout', () => asking.destroy())
      .on('error', () => answer(false))
      .end();
  });
}
