import { CachedStates, keysInForce, LOG, openEntry, verifierKeysOfLog, type VerifierKey } from '#ledger';
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

/** The key ids of the log that are in force now, the newest first. */
export async function logKeysIn(client: pg.ClientBase | pg.Pool): Promise<string[]> {
  return keysInForce(await logStates(client), LOG).map(({ id }) => id);
}

async function logStates(client: pg.ClientBase | pg.Pool): Promise<CachedStates> {
  const states = new CachedStates();
  const missing = states.missing([keysOfLog]);
  states.fill(missing, await loadStates(client, missing));
  return states;
}
