import { Refusal } from '#contracts';
import { decodeVerifierKey, LogFault, openTrustRoot, verifierKeyOf, type VerifierKey } from '#ledger';
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

function keysIn(text: string): VerifierKey[] {
  if (/\+[0-9a-f]{8}\+/.test(text)) return [logKeyOf(text)];
  let bytes: Buffer;
  try {
    bytes = readFileSync(text);
  } catch (error) {
    throw fileStop(error, text);
  }
  if (bytes[0] !== 0x7b) return bytes.toString('utf8').trim().split(/\r?\n/).map(logKeyOf);
  try {
    const { origin, logKey } = openTrustRoot(bytes);
    return [verifierKeyOf(origin, 'ed25519', logKey.publicKey)];
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof LogFault)) throw error;
    throw usage(`${text} 不是信任根文件。`, `${text} is no trust root file.`);
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
