import {
  refuse,
  newStatementId,
  type Statement,
  type StatementBody,
  type StatementSignature,
  type StatementType,
} from '#contracts';
import { importSigningKey, signEd25519, type SigningKey } from '#crypto';
import { signStatement } from '#ledger';
import type { KeyObject } from 'node:crypto';
import { instantNow, type ExchangeContext } from './context.js';
import type { Found, Stores } from './ports.js';

const secretName = (keyId: string) => `signing-key:${keyId}`;

/** Keeps a signing seed under the vault key. Only the sealed form reaches the database. */
export async function keepSigningKey(context: ExchangeContext, stores: Stores, key: SigningKey): Promise<void> {
  await stores.secrets.put(secretName(key.keyId), context.vault.seal(secretName(key.keyId), key.privateSeed));
}

// Opening a seed and building a KeyObject costs as much as a signature, and the same few keys sign all day.
const keptKeys = new WeakMap<object, Map<string, KeyObject>>();
const keptKeysAtMost = 4096;

async function keptSigningKey(context: ExchangeContext, stores: Stores, keyId: string): Promise<KeyObject> {
  const kept = keptKeys.get(context.vault) ?? new Map<string, KeyObject>();
  keptKeys.set(context.vault, kept);
  const known = kept.get(keyId);
  if (known) return known;
  const sealed = await stores.secrets.get(secretName(keyId));
  if (!sealed) throw refuse('key-not-in-force', { keyId });
  const key = importSigningKey(context.vault.open(secretName(keyId), sealed));
  if (kept.size >= keptKeysAtMost) kept.clear();
  kept.set(keyId, key);
  return key;
}

/** The department's signing key in force: the one admitted last. Throws Refusal no-key. */
export async function keyInForce(stores: Stores, department: string): Promise<Found<'key'>> {
  const keys = (await stores.states.ofDepartment('key', department)).filter((key) => key.state.endedAt === undefined);
  const newest = keys.toSorted((a, b) => b.state.admittedAt - a.state.admittedAt)[0];
  if (!newest) throw refuse('no-key', { department });
  return newest;
}

/** Signs with a key in the exchange's custody. The admission of that key says so, and so does every proof made from it. */
export async function signInCustody(context: ExchangeContext, stores: Stores, statement: Statement): Promise<StatementSignature> {
  return signStatement(statement, await keptSigningKey(context, stores, statement.keyId));
}

/** Signs other bytes that a department signs (a recipient's declaration), base64. */
export async function signBytesInCustody(
  context: ExchangeContext,
  stores: Stores,
  keyId: string,
  bytes: Uint8Array,
): Promise<string> {
  return signEd25519(await keptSigningKey(context, stores, keyId), bytes);
}

/**
 * The exchange's own word (decisions, refusals, delivery records, bytes served), signed with its statement key and admitted to the
 * inbox in this transaction. The same id twice is one statement.
 */
export async function sayAsExchange<T extends StatementType>(
  context: ExchangeContext,
  stores: Stores,
  said: { type: T; body: StatementBody<T>; after?: string; id?: string },
): Promise<string> {
  const key = await keyInForce(stores, 'exchange');
  const statement = {
    v: 1,
    type: said.type,
    origin: context.origin,
    id: said.id ?? newStatementId(),
    issuer: 'exchange',
    keyId: key.id,
    alg: 'ed25519',
    at: instantNow(context),
    ...(said.after === undefined ? {} : { after: said.after }),
    body: said.body,
  } as Statement;
  await stores.inbox.admit(statement, [await signInCustody(context, stores, statement)]);
  return statement.id;
}
