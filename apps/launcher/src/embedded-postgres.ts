import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findLeftovers, readPostmaster, type Postmaster } from './postmaster.js';
import { postgresBinaries, serverAccount, serverEnvironment } from './postgres-binaries.js';

/** The superuser of the embedded server. Only the launcher and the tests log in as it. */
const superuser = 'postgres';

export interface EmbeddedOptions {
  /** The server's own folder (PGDATA). Its parent must exist and be reachable by the server's account. */
  readonly directory: string;
  /** The superuser's password; kept by the caller, since the server only stores a SCRAM verifier. */
  readonly password: string;
  /** Tried first; another free port is taken when it is not to be had. */
  readonly preferredPort?: number;
  /** {@link findFreePort} unless told; a port that it names may be taken again before the server listens. */
  readonly findPort?: (wanted: number) => Promise<number>;
  /** False only for throw-away data: nothing is synced to disk, and a power cut (not a kill) may lose everything. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** On loopback. Stays the same through {@link EmbeddedPostgres.restart} unless somebody else took it. */
  readonly port: number;
  /** True when a server left by an earlier launcher was found running and taken over. */
  readonly adopted: boolean;
  /** Address of a database for the superuser, password included: never log it. */
  adminUrl(database: string): string;
  /** Process id of the server, or undefined when it has died. */
  findProcess(): number | undefined;
  /** Starts it again after it died. Waits for what the dead server left to go away first. */
  restart(): Promise<void>;
  /** Rolls back what is open and writes a checkpoint; `immediate` is a crash on purpose. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

/** The wanted port on loopback if it is free, else any free one. */
export async function findFreePort(wanted = 0): Promise<number> {
  const server = createServer();
  try {
    await once(server.listen(wanted, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  } catch (error) {
    if (wanted && (error as NodeJS.ErrnoException).code === 'EADDRINUSE') return await findFreePort();
    throw error;
  } finally {
    server.close();
  }
}

/**
 * Makes the data folder by initdb beside its place and renames it when whole: initdb writes PG_VERSION early, so
 * a folder that a killed initdb left would pass for a database.
 */
function initialise(native: string, options: EmbeddedOptions): void {
  const account = serverAccount();
  const fresh = `${options.directory}.new`;
  const passwordFile = `${fresh}.password`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (account) {
    chownSync(fresh, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  try {
    const flags = ['-D', fresh, '-U', superuser, '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8'];
    // The builtin provider sorts by code point on every machine: no index breaks when a C library is upgraded.
    flags.push('--locale-provider=builtin', '--locale=C.UTF-8', '--data-checksums');
    if (options.durable === false) flags.push('--no-sync');
    const made = spawnSync(join(native, 'bin', 'initdb'), flags, {
      ...account,
      cwd: '/',
      env: serverEnvironment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? ''}${made.stdout}${made.stderr}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(fresh, options.directory);
}

/** Runs pg_ctl without giving the daemon our pipes: it would keep them open and we would wait for ever. */
async function control(native: string, parameters: string[]): Promise<number> {
  const child = spawn(join(native, 'bin', 'pg_ctl'), parameters, {
    ...serverAccount(),
    cwd: '/',
    env: serverEnvironment,
    stdio: 'ignore',
    // Its own session: a Ctrl-C in our terminal must reach us only, or the database would stop before its users.
    detached: true,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

function endLeftover(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function serverOptions(port: number, durable: boolean): string {
  const settings: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A week of logs, one file a weekday, so that the data folder does not grow without end.
    logging_collector: 'on',
    log_directory: 'log',
    log_filename: 'postgresql-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    // After a crash one call to the system in place of one a file: seconds become milliseconds.
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    // Commits still reach the system before they are answered, so that a kill -9 loses nothing in tests either.
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off', logging_collector: 'off' }),
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}='${value}'`)
    .join(' ');
}

function connectionUrl(port: number, password: string, database: string): string {
  return `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

/** Asks the server on the port whether it is the one that serves this folder. */
async function servesDirectory(port: number, options: EmbeddedOptions): Promise<boolean> {
  const client = new pg.Client({
    connectionString: connectionUrl(port, options.password, 'postgres'),
    connectionTimeoutMillis: 3000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === options.directory;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Waits until a server that lives already answers; false when it went away instead (it was stopping). */
async function answers(postmaster: Postmaster, options: EmbeddedOptions): Promise<boolean> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (await servesDirectory(postmaster.port, options)) return true;
    if (readPostmaster(options.directory)?.pid !== postmaster.pid) return false;
    await sleep(200);
  }
  throw new Error(`A PostgreSQL server (process ${postmaster.pid}) holds ${options.directory} but does not answer.`);
}

/** How long each file of the server's own log is, by its path. */
function logSizes(directory: string): Map<string, number> {
  const folder = join(directory, 'log');
  const paths = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return new Map(paths.map((path) => [path, statSync(path).size]));
}

/** What a server that did not start said: to its start log first, and from the moment it has one to its own log. */
function lastWords(directory: string, startLog: string, before: ReadonlyMap<string, number>): string {
  const said = [readFileSync(startLog)];
  for (const [path, size] of logSizes(directory)) {
    const since = before.get(path) ?? 0;
    if (size > since) said.push(readFileSync(path).subarray(since));
  }
  return said.map((bytes) => bytes.toString('utf8').slice(-2000)).join('');
}

/** Starts the server; the port that it listens on. */
async function launch(native: string, options: EmbeddedOptions, wantedPort: number): Promise<number> {
  const startLog = join(dirname(options.directory), 'postgresql-start.log');
  const account = serverAccount();
  writeFileSync(startLog, '');
  if (account) chownSync(startLog, account.uid, account.gid);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const port = await (options.findPort ?? findFreePort)(wantedPort);
    const before = logSizes(options.directory);
    const flags = ['-D', options.directory, '-l', startLog, '-w', '-t', '60'];
    const code = await control(native, [...flags, '-o', serverOptions(port, options.durable !== false), 'start']);
    if (code === 0) return port;
    const said = lastWords(options.directory, startLog, before);
    // After a kill -9 of the postmaster its children live on for a moment, and the shared memory with them; one
    // that is busy with a long statement would hold us up, so those are ended too.
    // A port taken between our look and the server's start is simply looked for again.
    const passing = /shared memory block|Address already in use|lock file "postmaster.pid"/.test(said);
    if (!passing || Date.now() > deadline) throw new Error(`PostgreSQL did not start:\n${said}`);
    if (said.includes('shared memory block')) {
      for (const pid of findLeftovers(options.directory)) endLeftover(pid);
    }
    await sleep(300);
  }
}

/**
 * Starts PostgreSQL from npm's binaries on loopback, or takes over the one that an earlier launcher left running.
 * As root it runs as `postgres` or `nobody`. Throws with the server's own words when it does not start.
 */
export async function startEmbeddedPostgres(wanted: EmbeddedOptions): Promise<EmbeddedPostgres> {
  // The system tells a process's folder without links, and we compare it with ours.
  const directory = join(realpathSync(dirname(wanted.directory)), basename(wanted.directory));
  const options = { ...wanted, directory };
  const native = postgresBinaries(serverAccount(), dirname(directory));
  if (!existsSync(join(directory, 'PG_VERSION'))) initialise(native, options);

  const running = readPostmaster(directory);
  const adopted = running !== undefined && (await answers(running, options));
  let port = adopted ? running.port : await launch(native, options, options.preferredPort ?? 0);

  return {
    adopted,
    get port() {
      return port;
    },
    adminUrl: (database) => connectionUrl(port, options.password, database),
    findProcess: () => readPostmaster(options.directory)?.pid,
    restart: async () => {
      port = await launch(native, options, port);
    },
    stop: async (mode = 'fast') => {
      const code = await control(native, ['-D', options.directory, '-m', mode, '-w', '-t', '60', 'stop']);
      if (code !== 0 && readPostmaster(options.directory)) throw new Error('PostgreSQL did not stop.');
    },
  };
}
