import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../apps/launcher/src/embedded-postgres.js';
import { readDatabaseKeys } from '../../apps/launcher/src/data-folder.js';
import { readPostmaster } from '../../apps/launcher/src/postmaster.js';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'quanlian-launcher-'));
const dataDir = join(folder, 'data');
let port = 0;

interface Launched {
  readonly process: ChildProcess;
  readonly output: () => string;
}

function launch(program: string, env: NodeJS.ProcessEnv = {}, wrap?: (command: string[]) => string[]): Launched {
  const settings = { QUANLIAN_DATA_DIR: dataDir, QUANLIAN_PORT: String(port), QUANLIAN_DEMO: '0', LANG: 'C.UTF-8' };
  const script = join(root, 'dist/apps/launcher/src', program);
  const child = spawn(process.execPath, wrap ? wrap([process.execPath, script]) : [script], {
    env: { PATH: process.env['PATH'], ...settings, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { process: child, output: () => output };
}

async function until(what: string, isTrue: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(50)) if (await isTrue()) return;
  assert.fail(`never happened: ${what}`);
}

async function isReady(): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health/ready`).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function startExchange(): Promise<Launched> {
  const launched = launch('main.js');
  await until('the exchange is ready', () => {
    assert.equal(launched.process.exitCode, null, launched.output());
    return launched.output().includes('Quanlian is ready');
  });
  return launched;
}

/** The launcher's child that runs this program, if it runs just now. */
function findChild(launched: Launched, app: 'api' | 'worker'): number | undefined {
  const { pid } = launched.process;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return children.find((child) => {
    try {
      return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(`apps/${app}/src/main.js`);
    } catch {
      return false;
    }
  });
}

/** The same, when it must be there, if not now then after its next start. */
async function childOf(launched: Launched, app: 'api' | 'worker'): Promise<number> {
  await until(`${app} runs\n${launched.output()}`, () => findChild(launched, app) !== undefined);
  const pid = findChild(launched, app);
  assert.ok(pid);
  return pid;
}

function databaseProcess(): number | undefined {
  const keys = readDatabaseKeys(dataDir);
  return keys && readPostmaster(keys.directory)?.pid;
}

function requireDatabase(): number {
  const pid = databaseProcess();
  assert.ok(pid, 'the database runs');
  return pid;
}

const lives = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

async function killAndCollect(launched: Launched): Promise<void> {
  launched.process.kill('SIGKILL');
  await once(launched.process, 'exit');
}

const skip = process.platform === 'linux' ? false : 'looks at processes through /proc';

let exchange: Launched;
before(async () => {
  // Its account must be able to walk in; the data folder itself is the launcher's to make.
  chmodSync(folder, 0o711);
  port = await findFreePort();
});
after(async () => {
  exchange?.process.kill('SIGTERM');
  await until('the database has stopped', () => databaseProcess() === undefined, 15_000).catch(() => {});
  rmSync(folder, { recursive: true, force: true });
});

test('starts from nothing and offers a set-up link; secrets are for their owner alone', { skip }, async () => {
  exchange = await startExchange();
  assert.ok(await isReady());
  assert.match(exchange.output(), new RegExp(`http://127.0.0.1:${port}/setup#\\S{20,}`));
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith('postgresql-start')) continue;
    assert.equal(statSync(join(dataDir, name)).mode & 0o077, 0, name);
  }
});

test('a second start on the same data folder says who holds it, and stops', { skip }, async () => {
  const second = launch('main.js');
  const [code] = (await once(second.process, 'exit')) as [number];
  assert.equal(code, 1);
  assert.match(second.output(), new RegExp(`in use by an exchange that is running \\(process ${exchange.process.pid}`));
  assert.ok(await isReady());
});

test('setup prints a fresh link while the exchange waits for one', { skip }, async () => {
  const setup = launch('setup-link.js');
  await once(setup.process, 'close');
  assert.match(setup.output(), new RegExp(`^http://127.0.0.1:${port}/setup#\\S+$`, 'm'));
});

test('the API and the worker come back after a kill -9', { skip }, async () => {
  for (const app of ['api', 'worker'] as const) {
    const killed = await childOf(exchange, app);
    process.kill(killed, 'SIGKILL');
    await until(`${app} runs again`, () => (findChild(exchange, app) ?? killed) !== killed);
    await until('ready again', isReady);
  }
});

test('a database that dies while running is noticed and started again', { skip }, async () => {
  const killed = requireDatabase();
  process.kill(killed, 'SIGKILL');
  await until('another database process', () => (databaseProcess() ?? killed) !== killed);
  await until('ready again', isReady);
  // The API may find the database before the launcher does.
  await until('it says so', () => exchange.output().includes('The database is back'));
});

test('after a kill -9 of the launcher its processes go, and the next start takes the database over', { skip }, async () => {
  const [api, worker, database] = [await childOf(exchange, 'api'), await childOf(exchange, 'worker'), requireDatabase()];
  await killAndCollect(exchange);
  exchange = await startExchange();
  assert.match(exchange.output(), /still running and is taken over/);
  assert.equal(requireDatabase(), database);
  assert.ok(!lives(api) && !lives(worker));
});

test('after a kill -9 of everything at once the next start recovers', { skip }, async () => {
  const all = [await childOf(exchange, 'api'), await childOf(exchange, 'worker'), requireDatabase()];
  for (const pid of all) process.kill(pid, 'SIGKILL');
  await killAndCollect(exchange);
  exchange = await startExchange();
  assert.ok(await isReady());
});

test('Ctrl-C stops API, worker and database within ten seconds, and the next start is quick', { skip }, async () => {
  const all = [await childOf(exchange, 'api'), await childOf(exchange, 'worker'), requireDatabase()];
  const since = Date.now();
  exchange.process.kill('SIGINT');
  const [code] = (await once(exchange.process, 'exit')) as [number];
  assert.equal(code, 0, exchange.output());
  assert.ok(Date.now() - since < 10_000, `${Date.now() - since} ms`);
  assert.deepEqual(all.filter(lives), []);
  assert.equal(existsSync(join(dataDir, 'launcher.lock')), false);
  exchange = await startExchange();
});

test('when its npm start is killed the exchange stops by itself, and the next start waits for that', { skip }, async () => {
  exchange.process.kill('SIGINT');
  await once(exchange.process, 'exit');
  // As npm runs it: through a shell, which outlives npm.
  const npm = launch('main.js', { npm_lifecycle_event: 'start' }, (command) => [
    '-e',
    `require('node:child_process').spawn('sh', ['-c', '"$0" "$@"; :', ...${JSON.stringify(command)}], { stdio: 'inherit' })`,
  ]);
  await until('the exchange is ready', () => npm.output().includes('Quanlian is ready'));
  const database = requireDatabase();
  await killAndCollect(npm);
  exchange = await startExchange();
  assert.notEqual(requireDatabase(), database);
  assert.ok(!lives(database));
});

test('will not listen in the clear beyond this machine, nor on a port that is taken', { skip }, async () => {
  const other = { QUANLIAN_DATA_DIR: join(folder, 'other') };
  const open = launch('main.js', { ...other, QUANLIAN_HOST: '0.0.0.0' });
  assert.deepEqual(await once(open.process, 'exit'), [1, null]);
  assert.match(open.output(), /QUANLIAN_TLS_CERT/);
  assert.equal(existsSync(other.QUANLIAN_DATA_DIR), false);

  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const taken = (squatter.address() as { port: number }).port;
  const refused = launch('main.js', { ...other, QUANLIAN_PORT: String(taken) });
  assert.deepEqual(await once(refused.process, 'exit'), [1, null]);
  assert.match(refused.output(), new RegExp(`The port 127.0.0.1:${taken} is taken`));
  squatter.close();
});
