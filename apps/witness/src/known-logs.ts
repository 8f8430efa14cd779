import { Refusal } from '#contracts';
import { decodeVerifierKey, LogFault, logKeysOf, openTrustRoot, type TrustRoot, type VerifierKey } from '#ledger';
import { readFileSync, statSync } from 'node:fs';
import { LogKeys } from './log-keys.js';
import { fileStop, usage } from './stop.js';

/** The keys of each log that the witness knows, by origin. Several stand for one log after its key was changed. */
export type KnownLogs = ReadonlyMap<string, LogKeys>;

/** What `--log` was given, and the logs that are known by it. */
export class GivenLogs {
  readonly logs: KnownLogs;
  private stamps: string;

  /** Throws Stop. */
  constructor(private readonly given: readonly string[]) {
    this.stamps = stampsOf(given);
    this.logs = readKnownLogs(given);
  }

  /**
   * Reads the files again if one has changed, so that a key of a known log that was written there counts without a new start, and one that was
   * taken away no longer. Throws Stop when they cannot be read: what was known stays.
   */
  refresh(): void {
    const stamps = stampsOf(this.given);
    if (stamps === this.stamps) return;
    // Only once for each change, also when it is not to be read.
    this.stamps = stamps;
    for (const [origin, { given }] of readKnownLogs(this.given)) this.logs.get(origin)?.give(given);
  }
}

/** When the files were last written. */
function stampsOf(given: readonly string[]): string {
  const stats = given.map((text) => (isKey(text) ? undefined : statSync(text, { throwIfNoEntry: false })));
  return stats.map((of) => (of ? `${of.ino} ${of.mtimeMs} ${of.size}` : '')).join();
}

/**
 * Reads what `--log` was given, each a verifier key's line, a file of such lines, or a trust root file. It comes from elsewhere than
 * the log: a witness that asks the log for its key witnesses nothing. Throws Stop.
 */
function readKnownLogs(given: readonly string[]): KnownLogs {
  const keys = new Map<string, VerifierKey[]>();
  const roots = new Map<string, TrustRoot>();
  for (const { key, root } of given.flatMap(keysIn)) {
    const known = keys.get(key.name) ?? [];
    if (!known.some(({ publicKey }) => publicKey === key.publicKey)) known.push(key);
    keys.set(key.name, known);
    if (root) roots.set(root.origin, root);
  }
  if (keys.size === 0) throw usage('须用 --log 指明账本。', 'Name the log with --log.');
  return new Map([...keys].map(([origin, of]) => [origin, new LogKeys(origin, of, roots.get(origin))]));
}

/** The trust root among what `--log` was given: to judge entries takes more than the log's key. Throws Stop when there is not just one. */
export function readTrustRoot(given: readonly string[]): TrustRoot {
  const [root, another] = given.flatMap((text) => (isKey(text) ? [] : (rootIn(text, readGiven(text)) ?? [])));
  if (root && !another) return root;
  throw usage('查验存证记录须以 --log 给出一个信任根文件。', 'To judge entries, name one trust root file with --log.');
}

function keysIn(text: string): { readonly key: VerifierKey; readonly root?: TrustRoot }[] {
  if (isKey(text)) return [{ key: logKeyOf(text) }];
  const bytes = readGiven(text);
  const root = rootIn(text, bytes);
  if (root) return logKeysOf(root).map((key) => ({ key, root }));
  const lines = bytes.toString('utf8').trim().split(/\r?\n/);
  return lines.map((line) => ({ key: logKeyOf(line) }));
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
