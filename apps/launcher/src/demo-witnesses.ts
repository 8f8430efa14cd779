import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadOrCreateVaultKey, openVault } from '#crypto';
import { decodeVerifierKey, encodePolicy, encodeVerifierKey, verifierKeyOf, type VerifierKey } from '#ledger';
import type { Settings } from '#settings';
import { connect, logVerifierKeys, openExchangeContext, readEntry } from '#postgres';
import { Child } from './child.js';
import { demoState } from './demo/load-demo.js';
import { findFreePort } from './embedded-postgres.js';

/** Three departments of the demo city, and how many of them must cosign. */
const names = ['demo-gongan', 'demo-minzheng', 'demo-renshe'] as const;
const quorum = 2;
/** How soon the witnesses have a new key of the log. */
const handOnMs = 5_000;
const witnessScript = resolve(import.meta.dirname, '../../witness/src/main.js');

/** What everybody who reads the policy is told. */
const caution = `# 演示用见证节点同处一处，不能证明任何事。
# Demo witnesses under one roof prove nothing.
`;

/** Witnesses of a demo city: processes, stores and keys of their own, and one roof over them all. */
export interface DemoWitnesses {
  readonly policyFile: string;
  readonly children: readonly Child[];
}

/**
 * Prepares three witnesses where a demo city is, or is about to be loaded, and writes the policy that asks two of them. Undefined for an
 * exchange of somebody's own: whom that one asks is not ours to say.
 *
 * @param databaseUrl as the API logs in.
 */
export async function prepareDemoWitnesses(
  settings: Settings,
  databaseUrl: string,
  onCrash: (name: string, reason: string, waitMs: number) => void,
): Promise<DemoWitnesses | undefined> {
  if (!settings.wantsDemo || settings.witnessPolicy !== undefined) return undefined;
  const logKeys = await keysOfLog(settings, databaseUrl);
  if (!logKeys) return undefined;
  const folder = witnessesIn(settings);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logFile = logFileIn(settings);
  writeWhole(logFile, linesOf(logKeys));

  const children: Child[] = [];
  const witnesses = [];
  for (const name of names) {
    const store = join(folder, name);
    const key = ownKey(store, `${name}/${logKeys[0]?.name ?? ''}`);
    // Another one at each start: a port that was free yesterday need not be today.
    const port = await findFreePort();
    witnesses.push({ name, key, url: `http://127.0.0.1:${port}/` });
    children.push(
      new Child({
        name,
        script: witnessScript,
        args: ['run', '--store', store, '--log', logFile, '--listen', `127.0.0.1:${port}`],
        cwd: folder,
        logFile: join(settings.dataDir, 'log', `${name}.log`),
        env: { PATH: process.env['PATH'] },
        preload: [],
        settings: () => ({}),
        onCrash: (reason, waitMs) => onCrash(name, reason, waitMs),
      }),
    );
  }
  const policyFile = join(folder, 'policy');
  const groups = [{ name: 'demo', threshold: quorum, members: names }];
  writeWhole(policyFile, caution + encodePolicy({ logs: [], witnesses, groups, quorum: 'demo' }));
  return { policyFile, children };
}

/**
 * Hands the witnesses each change of the log's keys, as whoever runs a log hands its new key to the departments; they read the file again. In
 * a demo nobody else would. Until the signal aborts. The database's address is asked for each time, since it may come back on another port.
 */
export async function handOnLogKeys(settings: Settings, databaseUrl: () => string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(handOnMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // A database that is away, or a disk that is full, is somebody else's to tell of; the next look finds what this one could not do.
    await handOn(settings, databaseUrl()).catch(() => undefined);
  }
}

async function handOn(settings: Settings, databaseUrl: string): Promise<void> {
  const keys = await keysOfLog(settings, databaseUrl);
  if (keys && linesOf(keys) !== readFileSync(logFileIn(settings), 'utf8')) writeWhole(logFileIn(settings), linesOf(keys));
}

const witnessesIn = ({ dataDir }: Settings): string => join(dataDir, 'demo', 'witnesses');

const logFileIn = (settings: Settings): string => join(witnessesIn(settings), 'log.vkey');

const linesOf = (keys: readonly VerifierKey[]): string => keys.map((key) => `${encodeVerifierKey(key)}\n`).join('');

/** The keys of the demo city's log, also before it has an entry; undefined when the exchange here is no demo. */
async function keysOfLog(settings: Settings, databaseUrl: string): Promise<VerifierKey[] | undefined> {
  const database = await connect(databaseUrl, { poolSize: 2, applicationName: 'quanlian-demo-witnesses' });
  try {
    if (await readEntry(database.pool, 0))
      return demoState(settings.dataDir) === 'none' ? undefined : await logVerifierKeys(database.pool);
    const { origin, logKeys } = await openExchangeContext(database, {
      vault: openVault(loadOrCreateVaultKey(settings.vaultKeyFile)),
      clock: { now: () => new Date() },
      ...(settings.ledgerOrigin ? { origin: settings.ledgerOrigin } : {}),
    });
    return [verifierKeyOf(origin, 'ed25519', (await logKeys.forReceipts([])).publicKey)];
  } finally {
    await database.close();
  }
}

/** The witness's verifier key; its secret is made at first, by the witness's own command, and stays in its store. */
function ownKey(store: string, name: string): VerifierKey {
  const file = join(store, 'witness.vkey');
  if (!existsSync(file)) execFileSync(process.execPath, [witnessScript, 'keys', 'new', '--store', store, '--name', name]);
  return decodeVerifierKey(readFileSync(file, 'utf8').trim());
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
