import type { ExchangeContext } from '#exchange';
import {
  CachedStates,
  exportLine,
  keysInForce,
  LOG,
  openEntry,
  verifierKeyOf,
  verifierKeysOfLog,
  type VerifierKey,
} from '#ledger';
import type pg from 'pg';
import { readEntry } from './read.js';
import { loadStates } from './state-rows.js';

/** What to load to know the log's keys. */
export const keysOfLog = { kind: 'key', ofDepartment: LOG } as const;

/** The keys by which the log is verified now, the newest first; none before set-up. */
export async function logVerifierKeys(client: pg.Pool): Promise<VerifierKey[]> {
  const opening = await readEntry(client, 0);
  return opening ? verifierKeysOfLog(openEntry(opening.bytes).entry.statement.origin, await logStates(client)) : [];
}

/**
 * Every key that the log ever had, ended ones too: what a witness cosigned some time ago was signed by a key of that time. Before set-up,
 * the key that entry 0 will name: witnesses have to know it before anything is sealed.
 */
export async function everyLogKey(client: pg.Pool, { origin, logKeys }: LogKeysHeld): Promise<VerifierKey[]> {
  const states = (await logStates(client)).ofDepartment('key', LOG);
  const publicKeys = states.map(({ state }) => state.publicKey);
  return (publicKeys.length > 0 ? publicKeys : [(await logKeys.forReceipts([])).publicKey]).map((publicKey) =>
    verifierKeyOf(origin, 'ed25519', publicKey),
  );
}

/** The keys by which the log is verified now, the newest first; before set-up, the one that entry 0 will name. */
export async function logKeysTold(client: pg.Pool, held: LogKeysHeld): Promise<VerifierKey[]> {
  const now = await logVerifierKeys(client);
  return now.length > 0 ? now : everyLogKey(client, held);
}

type LogKeysHeld = Pick<ExchangeContext, 'origin' | 'logKeys'>;

/** The key ids of the log that are in force now, the newest first. */
export async function logKeysIn(client: pg.ClientBase | pg.Pool): Promise<string[]> {
  return keysInForce(await logStates(client), LOG).map(({ id }) => id);
}

/**
 * The entries by which the log's keys are known from a trust root on, an export line each: entry 0, and admissions and ends of the keys of the
 * log and of the competent department. Also those that no checkpoint covers yet: what a key signs may be seen before.
 */
export async function readKeyEntries(client: pg.Pool): Promise<Buffer> {
  const { rows } = await client.query<{ bytes: Buffer }>({
    name: 'log-key-entries',
    text: `SELECT bytes FROM ledger.ledger_entry
WHERE index = 0 OR (type IN ('key.admitted', 'key.ended') AND subject IN (
  SELECT id FROM projection.key WHERE department = $1 OR department IN (SELECT id FROM projection.department WHERE competent)
)) ORDER BY index`,
    values: [LOG],
  });
  return Buffer.concat(rows.map(({ bytes }) => exportLine(bytes)));
}

async function logStates(client: pg.ClientBase | pg.Pool): Promise<CachedStates> {
  const states = new CachedStates();
  const missing = states.missing([keysOfLog]);
  states.fill(missing, await loadStates(client, missing));
  return states;
}
