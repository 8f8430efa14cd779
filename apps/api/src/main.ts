import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadOrCreateVaultKey, openVault } from '#crypto';
import { memoryFolderIn } from '#delivery';
import { ArrivingFiles, loadCarriedCalendars, openDataPlane } from '#exchange';
import { asksForQuorum } from '#ledger';
import { maskNumbers, openLog, readSettings } from '#nest';
import {
  connect,
  listen,
  listenToChanges,
  openExchangeContext,
  openGate,
  postgresAuditLog,
  standingChannel,
  witnessedChannel,
} from '#postgres';
import { openQueue } from '#queue';
import { readWitnessPolicy } from '#witnesses';
import { EventStreams } from './event-streams.js';
import { makeServer } from './server.js';

const root = join(import.meta.dirname, '../../../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const GiB = 1024 ** 3;
/** How often files are looked for that are all here and were left by a process that ended. */
const takeInLeftEveryMs = 5_000;

/** Runs the API until it is told to stop. */
async function main(): Promise<void> {
  const settings = readSettings(process.env, root);
  const log = openLog('api', settings.logLevel);
  const policy = readWitnessPolicy(settings.witnessPolicy);
  const clock = { now: () => new Date() };
  const url = settings.apiDatabaseUrl ?? settings.databaseUrl;
  if (url === undefined) throw new Error('QUANLIAN_API_DATABASE_URL or QUANLIAN_DATABASE_URL is not set');
  const database = await connect(url, { poolSize: 20, applicationName: 'quanlian-api' });
  const vault = openVault(loadOrCreateVaultKey(settings.vaultKeyFile));
  const origin = settings.ledgerOrigin;
  if (settings.inForce === 'witnessed' && !asksForQuorum(policy)) {
    throw new Error(
      'QUANLIAN_IN_FORCE is witnessed and QUANLIAN_WITNESS_POLICY asks for no quorum: nothing would ever be in force',
    );
  }
  const inForce = settings.inForce ?? (asksForQuorum(policy) ? 'witnessed' : 'durable');
  const context = await openExchangeContext(database, { vault, clock, inForce, ...(origin === undefined ? {} : { origin }) });
  await loadCarriedCalendars(context);
  const redis = settings.redisUrl === undefined ? {} : { redisUrl: settings.redisUrl };
  const queue = await openQueue({ postgresUrl: url, ...redis, onError: (error) => log.warn({ err: error }, 'queue') });
  const memoryFolder = memoryFolderIn(settings.workDir);
  const data = openDataPlane({ kind: 'folder', folder: join(settings.dataDir, 'payloads') }, memoryFolder, settings.workMiB);
  const auditLog = postgresAuditLog(database);
  const https =
    settings.tlsCertFile !== undefined && settings.tlsKeyFile !== undefined
      ? { https: { cert: readFileSync(settings.tlsCertFile), key: readFileSync(settings.tlsKeyFile) } }
      : {};

  const app = await makeServer(
    {
      context,
      data,
      database,
      queue,
      openGate: () => openGate(database, clock),
      policy,
      settings: {
        isSecure: settings.publicUrl.startsWith('https:'),
        version,
        arrivals: {
          departmentBytes: settings.uploadDepartmentGiB * GiB,
          totalBytes: settings.uploadGiB * GiB,
          hours: settings.uploadHours,
          idleSeconds: settings.uploadIdleSeconds,
        },
      },
    },
    {
      ...https,
      trustedProxies: settings.trustedProxies,
      consoleFolder: join(root, 'dist/console'),
      entryReaders: settings.ledgerEntries,
      logBug: (incident, error) => log.error({ incident, err: error }, 'internal error'),
      logRefusal: ({ code, method, path, person, department }) => {
        const line = { at: context.clock.now().toISOString(), action: `${method} ${path}`, code };
        // A refusal that cannot be logged is answered all the same.
        auditLog
          .write({ ...line, ...(person === undefined ? {} : { person }), ...(department === undefined ? {} : { department }) })
          .catch((error: unknown) => log.warn({ err: error }, 'audit log'));
      },
    },
  );
  const streams = app.get(EventStreams);
  const listening = await listenToChanges(
    database,
    (change) => streams.tell(change),
    () => streams.tellGap(),
  );
  const toldOfLog = await listen(
    database,
    [witnessedChannel, standingChannel],
    (channel) => streams.tellOfLog(channel === witnessedChannel ? 'witnessed' : 'standing'),
    () => streams.tellGap(),
  );
  await app.listen(settings.port, settings.host);
  log.info({ port: settings.port, version }, 'listening');

  const files = app.get(ArrivingFiles);
  let isTaking = false;
  const takeInLeft = setInterval(() => {
    if (isTaking) return;
    isTaking = true;
    const trouble = (error: unknown) => log.warn({ err: error }, 'arrived files');
    void files
      .takeInLeft(trouble)
      .catch(trouble)
      .finally(() => (isTaking = false));
  }, takeInLeftEveryMs);

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    clearInterval(takeInLeft);
    await app.close();
    await listening.close();
    await toldOfLog.close();
    await queue.close();
    await database.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
}

process.on('unhandledRejection', (error) => {
  // Somebody forgot to wait for something. Say so and go on: what matters is durable or was never answered.
  process.stderr.write(`${maskNumbers(String(error instanceof Error ? (error.stack ?? error) : error))}\n`);
});
await main();
