import { join, resolve } from 'node:path';
import { readSettings, SettingsError, type Settings } from '#nest';
import { makeDataFolder } from './data-folder.js';
import { prepareDatabase, type PreparedDatabase } from './database.js';
import { Exchange, stopDatabase } from './exchange.js';
import { lockFolder, type FolderLock } from './folder-lock.js';
import { Progress } from './progress.js';
import { prepareDemo } from './prepare-demo.js';
import { drawSetUpToken, setUpLink } from './set-up-link.js';
import { say, sayHeld, sayReady, saySetUp, words } from './words.js';

/** The clone: this file runs as dist/apps/launcher/src/main.js. */
const root = resolve(import.meta.dirname, '../../../..');
const progress = new Progress();
const stopRequested = new AbortController();

let lock: FolderLock | undefined;
let database: PreparedDatabase | undefined;
let exchange: Exchange | undefined;
/** From here on a stop need not wait for what is under way: loading the demo city goes on at the next start. */
let isServing = false;

function takeFolder(settings: Settings): FolderLock {
  makeDataFolder(settings.dataDir);
  const taken = lockFolder(join(settings.dataDir, 'launcher.lock'), settings.publicUrl);
  if ('release' in taken) return taken;
  throw new Error(sayHeld(settings.dataDir, taken.pid, taken.address));
}

/** Every step after the one before; a stop that is asked for in between takes effect before the next. */
async function start(): Promise<void> {
  const { signal } = stopRequested;
  const settings = readSettings(process.env, root);
  lock = takeFolder(settings);
  database = await prepareDatabase(settings, progress);
  signal.throwIfAborted();
  exchange = new Exchange(settings, database, progress);
  await exchange.start(signal);
  isServing = true;
  await greet(settings, database);
}

/** Loads the demo city where it belongs, and says how to get in. */
async function greet(settings: Settings, prepared: PreparedDatabase): Promise<void> {
  const token = await drawSetUpToken(settings, prepared.addresses().api);
  const demo = prepared.embedded && settings.wantsDemo ? await prepareDemo(settings, token, progress) : undefined;
  stopRequested.signal.throwIfAborted();
  progress.line(sayReady(settings.publicUrl, progress.elapsed));
  if (demo) progress.line(demo);
  else if (token) progress.line(saySetUp(setUpLink(settings, token)));
  progress.line(say(words.howToStop));
}

async function stop(): Promise<void> {
  if (exchange) await exchange.stop();
  else if (database) await stopDatabase(database);
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

process.on('SIGINT', requestStop).on('SIGTERM', requestStop).on('SIGHUP', requestStop);

// `npm start` that is killed cannot tell us; we would go on as a ghost that the next start finds in its way.
if (process.env['npm_lifecycle_event'] === 'start') {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && !stopping) requestStop();
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
