import { Refusal } from '#contracts';
import { decodeVerifierKey, LogFault, logKeysOf, openTrustRoot, type TrustRoot, type VerifierKey } from '#ledger';
import { readFileSync } from 'node:fs';
import { fileStop, usage } from './stop.js';

/** The keys of each log that the witness knows, by origin. Several stand for one log after its key was changed. */
export type KnownLogs = ReadonlyMap<string, readonly VerifierKey[]>;

/**
 * Reads what `--log` was given, each a verifier key's line, a file of such lines, or a trust root file. It comes from elsewhere than
 * the log: a witness that asks the log for its key witnesses nothing. Throws Stop.
 */
export function readKnownLogs(given: readonly string[]): KnownLogs {
  const logs = new Map<string, VerifierKey[]>();
  for (const key of given.flatMap(keysIn)) {
    const keys = logs.get(key.name) ?? [];
    if (!keys.some(({ publicKey }) => publicKey === key.publicKey)) keys.push(key);
    logs.set(key.name, keys);
  }
  if (logs.size === 0) throw usage('须用 --log 指明账本。', 'Name the log with --log.');
  return logs;
}

/** The trust root among what `--log` was given: to judge entries takes more than the log's key. Throws Stop when there is not just one. */
export function readTrustRoot(given: readonly string[]): TrustRoot {
  const [root, another] = given.flatMap((text) => (isKey(text) ? [] : (rootIn(text, readGiven(text)) ?? [])));
  if (root && !another) return root;
  throw usage('查验存证记录须以 --log 给出一个信任根文件。', 'To judge entries, name one trust root file with --log.');
}

function keysIn(text: string): VerifierKey[] {
  if (isKey(text)) return [logKeyOf(text)];
  const bytes = readGiven(text);
  const root = rootIn(text, bytes);
  return root ? logKeysOf(root) : bytes.toString('utf8').trim().split(/\r?\n/).map(logKeyOf);
}

const isKey = (text: string): boolean => /\+[0-9a-f]{8}\+/.test(text);

function readGiven(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileStop(error, path);
  }
}

/** Undefined for a file of keys. */
function rootIn(path: string, bytes: Buffer): TrustRoot | undefined {
  if (bytes[0] !== 0x7b) return undefined;
  try {
    return openTrustRoot(bytes);
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof LogFault)) throw error;
    throw usage(`${path} 不是信任根文件。`, `${path} is no trust root file.`);
  }
}

function logKeyOf(line: string): VerifierKey {
  try {
    const key = decodeVerifierKey(line);
    if (key.type === 'ed25519') return key;
  } catch (error) {
    if (!(error instanceof LogFault)) throw error;
  }
  throw usage(`“${line}”不是账本的验证公钥（类型 0x01）。`, `“${line}” is no verifier key of a log (type 0x01).`);
}
