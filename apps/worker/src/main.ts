import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loadOrCreateVaultKey, openVault } from '#crypto';
import { memoryFolderIn, sweepMemoryFolders } from '#delivery';
import { DoTask, lawOf, openDataPlane, rightsLawTouches, RunClocks } from '#exchange';
import { asksForQuorum, noteSignerOf, Sealer } from '#ledger';
import { maskNumbers, openLog, readSettings } from '#nest';
import {
  channels,
  checkpointChannel,
  connect,
  consequencesHook,
  everyLogKey,
  listen,
  openExchangeContext,
  PgLedgerStore,
  PgTimestampStore,
  postgresAuditLog,
  PublishedLog,
  setSealing,
  witnessedChannel,
  type Database,
} from '#postgres';
import { dispatch, openQueue } from '#queue';
import { readWitnessPolicy, stampCheckpoint } from '#witnesses';
import { LogFiles } from './log-files.js';
import { runTask } from './run-task.js';
import { askWitnesses } from './ask-witnesses.js';

const root = join(import.meta.dirname, '../../../..');
const clocksEveryMs = 60_000;
const sweepEveryMs = 3_600_000;
const orphanHours = 24;
/** Access logs are kept three years, as records of use are (Art. 29); older lines go. */
const auditLogMs = 3 * 366 * 86_400_000;

/** For each that is prepared, so many are taken from the queue: they wait where a small one can pass. */
const deliveriesTakenAtOnce = 8;

/** Runs a worker until it is told to stop: it may seal, and it does what is due. Any number may run. */
async function main(): Promise<void> {
  const settings = readSettings(process.env, root);
  const log = openLog('worker', settings.logLevel);
  const clock = { now: () => new Date() };
  const url = settings.workerDatabaseUrl ?? settings.databaseUrl;
  if (url === undefined) throw new Error('QUANLIAN_WORKER_DATABASE_URL or QUANLIAN_DATABASE_URL is not set');
  const database = await connect(url, { poolSize: 20, applicationName: 'quanlian-worker' });
  const vault = openVault(loadOrCreateVaultKey(settings.vaultKeyFile));
  const origin = settings.ledgerOrigin;
  const store = new PgLedgerStore(database);
  const context = await openExchangeContext(database, {
    vault,
    clock,
    onAdmitted: () => store.ring(),
    ...(origin === undefined ? {} : { origin }),
  });
  const payloads = join(settings.dataDir, 'payloads');
  const memoryFolder = memoryFolderIn(settings.workDir);
  const data = openDataPlane({ kind: 'folder', folder: payloads }, memoryFolder, settings.workMiB);
  await sweepMemoryFolders(memoryFolder);

  const stopping = new AbortController();
  const policy = readWitnessPolicy(settings.witnessPolicy);
  const clockSkewMs = settings.clockSkewS * 1_000;
  const witnesses = await askWitnesses({
    database,
    policy,
    origin: context.origin,
    logKeys: () => everyLogKey(database.pool, context),
    clockSkewMs,
    clock,
    onDoubt: (reason) => {
      log.warn({ code: reason.code, details: reason.details }, 'sealing in doubt');
      sealer.doubt();
    },
    onTrouble: (error) => log.warn({ err: error }, 'witnesses'),
  });
  const sealer = new Sealer({
    store,
    law: lawOf(context.origin),
    signersOf: async (keyIds) => (await context.logKeys.held(keyIds)).map((key) => noteSignerOf(context.origin, 'ed25519', key)),
    mayBegin: witnesses.mayBegin,
    onHeld: witnesses.onHeld,
    onStanding: (problem) => setSealing(database.pool, problem?.toProblem(), clock.now().toISOString()),
    clockSkewMs,
    touches: [rightsLawTouches],
    hooks: [consequencesHook({ payloadDays: settings.payloadDays, clock })],
    onTrouble: (stage, error) => log.warn({ stage, err: error }, 'sealer'),
  });
  const sealing = sealer.run(stopping.signal);

  const redis = settings.redisUrl === undefined ? {} : { redisUrl: settings.redisUrl };
  const queue = await openQueue({ postgresUrl: url, ...redis, onError: (error) => log.warn({ err: error }, 'queue') });
  const doTask = new DoTask(context, data);
  const working = await queue.work((task, { signal }) => runTask(context, doTask, task, signal), {
    // More are taken than are worked on: what bounds those is where they get their memory, and there a small one passes a large one.
    concurrency: settings.concurrency * deliveriesTakenAtOnce,
    onGivenUp: async (task, error) => {
      log.error({ kind: task.kind, subject: task.subject, err: error }, 'task given up');
      await doTask.giveUp(task, error);
      await context.transactions.run((stores) => stores.tasks.fail(task.id, maskNumbers(error.message)));
    },
  });
  const cancelling = await listen(database, [channels.cancel], (_channel, delivery) => working.cancel(delivery, 'cancelled'));
  const dispatching = await dispatch(context.transactions, queue, {
    clock,
    listen: (wake) => listen(database, [channels.task], wake, wake),
    onError: (error) => log.warn({ err: error }, 'dispatch'),
  });

  const { ledgerFolder } = settings;
  const published = asksForQuorum(policy) ? 'witnessed' : 'signed';
  const publishing =
    ledgerFolder === undefined
      ? undefined
      : await publishFiles(
          database,
          new LogFiles(new PublishedLog(database.pool, published), ledgerFolder, settings.ledgerEntries === 'public'),
          (error) => log.warn({ err: error }, 'ledger folder'),
        );

  const clocks = new RunClocks(context, data, { receiptDays: settings.receiptDays, orphanHours });
  const survive = (what: string, work: () => Promise<unknown>) => () => {
    work().catch((error: unknown) => log.warn({ err: error }, what));
  };
  const runClocks = survive('clocks', () => clocks.execute());
  const sweep = survive('sweep', () => clocks.sweep(async (name) => hoursOld(join(payloads, name))));
  const auditLog = postgresAuditLog(database);
  const prune = survive('audit log', () => auditLog.prune(new Date(Date.now() - auditLogMs).toISOString()));
  const { timestampUrl } = settings;
  const stamps = new PgTimestampStore(database.pool, new PublishedLog(database.pool, published));
  const stamp = survive('timestamp', async () => timestampUrl && stampCheckpoint(stamps, timestampUrl, clock.now));
  const timers = [
    setInterval(runClocks, clocksEveryMs),
    setInterval(sweep, sweepEveryMs),
    setInterval(prune, sweepEveryMs),
    setInterval(stamp, settings.timestampMinutes * 60_000),
  ];
  runClocks();
  stamp();
  log.info('working');

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    for (const timer of timers) clearInterval(timer);
    await dispatching.close();
    await cancelling.close();
    await working.close();
    stopping.abort();
    await sealing;
    await witnesses.close();
    await publishing?.();
    await queue.close();
    await database.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
}

/** Writes the files after every checkpoint that is published, one write after the other, in one worker at a time. Answers what ends it. */
async function publishFiles(
  database: Database,
  files: LogFiles,
  onError: (error: unknown) => void,
): Promise<() => Promise<void>> {
  let writing: Promise<void> | undefined;
  let isWanted = false;
  const write = async () => {
    while (isWanted) {
      isWanted = false;
      await withPublishLock(database, () => files.write()).catch(onError);
    }
    writing = undefined;
  };
  const wake = () => {
    isWanted = true;
    writing ??= write();
  };
  const listening = await listen(database, [checkpointChannel, witnessedChannel], wake, wake);
  wake();
  return async () => {
    await listening.close();
    // What was signed last is written, too.
    wake();
    await writing;
  };
}

/** `QLfiles` in ASCII. */
const publishLock = '22883475852649843';

/** Does the work unless another worker is at it; that one sees what is new. */
async function withPublishLock(database: Database, work: () => Promise<unknown>): Promise<void> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [publishLock]);
    if (rows[0]?.locked) await work();
    await client.query('COMMIT');
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}

async function hoursOld(file: string): Promise<number> {
  const { mtimeMs } = await stat(file);
  return (Date.now() - mtimeMs) / 3_600_000;
}

process.on('unhandledRejection', (error) => {
  process.stderr.write(`${maskNumbers(String(error instanceof Error ? (error.stack ?? error) : error))}\n`);
});
await main();
