import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSettings, SettingsError, type Settings } from '#settings';
import { goOnUnheard, lives, lockFolder, type FolderLock } from '#machine';
import { makeDataFolder } from './data-folder.js';
import type { PreparedDatabase } from './database.js';
import { Exchange, stopDatabase } from './exchange.js';
import { findNpm } from './npm-parent.js';
import { Progress } from './progress.js';
import { say, sayHeld, sayReady, saySetUp, words } from './words.js';

/** The clone: this file runs as dist/apps/launcher/src/main.js. */
const root = resolve(import.meta.dirname, '../../../..');
const progress = new Progress();
const stopRequested = new AbortController();
const starter = findNpm();

let lock: FolderLock | undefined;
let database: PreparedDatabase | undefined;
let exchange: Exchange | undefined;
/** From here on a stop need not wait for what is under way: loading the demo city goes on at the next start. */
let isServing = false;

/** Takes the data folder. A launcher whose `npm start` was killed is about to stop by itself and is waited for. */
async function takeFolder(settings: Settings): Promise<FolderLock> {
  makeDataFolder(settings.dataDir);
  for (const deadline = Date.now() + 15_000; ; await sleep(200)) {
    const taken = lockFolder(join(settings.dataDir, 'launcher.lock'), settings.publicUrl, starter);
    if ('release' in taken) return taken;
    const isLeaving = taken.startedBy !== undefined && !lives(taken.startedBy);
    if (!isLeaving || Date.now() > deadline) throw new Error(sayHeld(settings.dataDir, taken.pid, taken.address));
  }
}

/** Every step after the one before; a stop that is asked for in between takes effect before the next. */
async function start(): Promise<void> {
  const { signal } = stopRequested;
  const settings = readSettings(process.env, root);
  lock = await takeFolder(settings);
  exchange = new Exchange(settings, progress);
  exchange.warmUp();
  // Loaded late: the API and the worker load at the same time.
  const { openDatabase, prepareSchema } = await import('./database.js');
  database = await openDatabase(settings, progress);
  signal.throwIfAborted();
  await prepareSchema(settings, database, progress);
  signal.throwIfAborted();
  await exchange.start(database, signal);
  isServing = true;
  await greet(settings, database);
}

/** Loads the demo city where it belongs, and says how to get in. */
async function greet(settings: Settings, prepared: PreparedDatabase): Promise<void> {
  const [{ drawSetUpToken, setUpLink }, { prepareDemo }] = await Promise.all([
    import('./set-up-link.js'),
    import('./prepare-demo.js'),
  ]);
  const token = await drawSetUpToken(settings, prepared.addresses().api);
  const demo = prepared.embedded && settings.wantsDemo ? await prepareDemo(settings, token, progress) : undefined;
  stopRequested.signal.throwIfAborted();
  progress.line(sayReady(settings.publicUrl, progress.elapsed));
  if (demo) progress.line(demo);
  else if (token) progress.line(saySetUp(setUpLink(settings, token)));
  progress.line(say(words.howToStop));
}

/** API, worker, database, lock: in this order. */
async function stop(): Promise<void> {
  await exchange?.stop();
  if (database) await stopDatabase(database);
  lock?.release();
}

let stopping: Promise<void> | undefined;

/** Ctrl-C or SIGTERM: in order; a second time: at once. */
function requestStop(): void {
  if (stopping) {
    exchange?.kill();
    return;
  }
  progress.line(say(words.stopping));
  stopRequested.abort();
  stopping = (isServing ? Promise.resolve() : started)
    .then(stop, stop)
    .then(() => progress.line(say(words.stopped)))
    .catch((error: Error) => {
      progress.line(error.message);
      process.exitCode = 1;
    })
    .finally(() => process.exit());
}

goOnUnheard();
process.on('SIGINT', requestStop).on('SIGTERM', requestStop).on('SIGHUP', requestStop);

// An `npm start` that is killed cannot tell us; we would go on as a ghost that the next start finds in its way.
if (starter) {
  setInterval(() => {
    if (!stopping && !lives(starter)) requestStop();
  }, 1000).unref();
}

const started = start();
try {
  await started;
} catch (error) {
  if (!stopRequested.signal.aborted) {
    const message = error instanceof SettingsError ? error.problems.map(say).join('\n') : (error as Error).message;
    progress.line(message);
    await stop().catch((failure: Error) => progress.line(failure.message));
    process.exit(1);
  }
}
