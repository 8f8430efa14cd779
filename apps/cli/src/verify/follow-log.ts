import { toHex, utf8Bytes } from '#crypto';
import {
  compareHeads,
  cosignedBy,
  decodeCheckpoint,
  decodeNote,
  decodeVerifierKey,
  encodeVerifierKey,
  isDemo,
  LogFault,
  logKeysOf,
  openCheckpoint,
  openWitnessed,
  policyOf,
  readRoot,
  TileReader,
  verifierKeyOf,
  type Checkpoint,
  type Cosigned,
  type LogKeyState,
  type OpenedCheckpoint,
  type TrustRoot,
  type VerifierKey,
  type VerifyReport,
} from '#ledger';
import { join } from 'node:path';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { writeStored } from '../store/folder.js';
import { LogsSeen } from '../store/logs-seen.js';
import { countText } from '../terminal/progress.js';
import { LogSource } from './log-source.js';
import { verifyEntries, type Verified, type VerifySettings } from './verify.js';

export interface Followed {
  readonly origin: string;
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** The trust root's witnesses that cosigned it. */
  readonly cosigned: readonly Cosigned[];
  /** They are witnesses of a demo, under one roof with the exchange. */
  readonly isDemo: boolean;
  /** The checkpoint seen the last time, of which this one is now known to be the continuation. */
  readonly before: { readonly size: number; readonly at: string } | undefined;
  /** What the check of all entries said, if it was asked for. */
  readonly entries: Verified | undefined;
}

/**
 * Follows a log as a witness does: its checkpoint is signed by its key, its tree is there, and it goes on from the one seen the last time.
 * Remembers it then. With `entries` every entry is read from the log, found in the tree and verified, and the log's keys are those that
 * the entries admit; without, the trust root's, those remembered, and those that the log shows to be admitted; never one that was seen to be
 * ended. Its checkpoint is cosigned as the trust root asks. Believes only the trust root and what was seen before. Throws Stop `log-shrank`,
 * `log-forked`, LogFault, LedgerFault.
 */
export async function followLog(
  desk: Desk,
  address: string,
  root: TrustRoot,
  settings: VerifySettings & { readonly entries: boolean },
): Promise<Followed> {
  const { origin } = root;
  const source = new LogSource(desk, address);
  const bytes = await source.checkpoint();
  const seen = new LogsSeen(desk.folder);
  const remembered = settings.memory ? seen.find(origin) : undefined;
  // With the entries the tree is checked first, and who may have signed it follows from them.
  const stated = decodeCheckpoint(decodeNote(bytes).text);
  const entries = settings.entries ? await entriesOf(desk, source, stated, root, settings) : undefined;
  const keysOfLog = await keysTold(source, root, stated.size, entries?.report);
  const ended = new Set([...(remembered?.ended ?? []), ...keysOfLog.ended]);
  const keysBefore = [...(remembered?.keys?.map(decodeVerifierKey) ?? []), ...logKeysOf(root)];
  const before = remembered && openCheckpoint(utf8Bytes(remembered.note), origin, keysBefore);
  // A checkpoint of before was signed by the keys of then: that it is shown now is another matter.
  const isOld = before !== undefined && stated.size < before.size;
  const keys = (entries ? keysOfLog.inForce : [...keysOfLog.inForce, ...keysBefore]).filter(
    (key) => isOld || !ended.has(encodeVerifierKey(key)),
  );
  const now = open(bytes, root, keys);
  const note = Buffer.from(bytes).toString('utf8');
  const tree = new TileReader(now, source.fetchTile);
  if (remembered && before) {
    const code = await whatIsWrong(before, now, tree, source);
    if (code) throw alarm(desk, code, { older: remembered.note, newer: note }, before, now);
  }
  // What was signed must also be there to be looked at. Reading the root reads the tiles at the edge, which must lead to it.
  await readRoot(tree, now.size);
  if (settings.memory) seen.keep(origin, { note, keys: unique(keys.map(encodeVerifierKey)), ended: [...ended] });
  const policy = policyOf(root);
  const cosigned = cosignedBy(now, policy);
  const isWitnessed = cosigned.length > 0 && !isDemo(policy);
  const told: string[] = [...(isWitnessed ? ['fork'] : []), ...(before ? ['first-sight'] : [])];
  return {
    origin,
    size: now.size,
    root: toHex(now.root),
    cosigned,
    isDemo: isDemo(policy),
    before: remembered && before && { size: before.size, at: remembered.at },
    entries: entries && withoutWarnings(entries, told),
  };
}

/** What the entries by themselves cannot tell, less what the checkpoint over them told. */
function withoutWarnings(verified: Verified, told: readonly string[]): Verified {
  const warnings = verified.report.warnings.filter(({ code }) => !told.includes(code));
  return { ...verified, report: { ...verified.report, warnings } };
}

/** Reads and verifies every entry of the tree that the log states, whoever signed it. */
async function entriesOf(
  desk: Desk,
  source: LogSource,
  stated: Checkpoint,
  root: TrustRoot,
  settings: VerifySettings,
): Promise<Verified> {
  desk.progress.begin({ zh: '查验', en: 'Verifying' });
  try {
    return await verifyEntries(desk, source.url, source.entries(new TileReader(stated, source.fetchTile)), root, settings);
  } finally {
    desk.progress.finish();
  }
}

interface KeysTold {
  readonly inForce: readonly VerifierKey[];
  readonly ended: readonly string[];
}

/** The log's keys as its whole ledger tells them, or, where that is not read, the entries about them that the log shows. */
async function keysTold(source: LogSource, root: TrustRoot, size: number, report?: VerifyReport): Promise<KeysTold> {
  const keys = report?.logKeys ?? (await source.logKeys(root)).logKeys();
  const isInForce = ({ endedAt = size }: LogKeyState): boolean => endedAt >= size;
  const verifierKeys = (of: readonly LogKeyState[]) =>
    of.map(({ publicKey }) => verifierKeyOf(root.origin, 'ed25519', publicKey));
  return {
    inForce: verifierKeys(keys.filter(isInForce)),
    ended: verifierKeys(keys.filter((key) => !isInForce(key))).map(encodeVerifierKey),
  };
}

const unique = (keys: readonly string[]): string[] => [...new Set(keys)];

/** Signed by one of these keys, and cosigned as the trust root asks, if it does. */
function open(bytes: Uint8Array, root: TrustRoot, keys: readonly VerifierKey[]): OpenedCheckpoint {
  try {
    return openWitnessed(bytes, policyOf(root, keys));
  } catch (error) {
    if (!(error instanceof LogFault) || error.code !== 'note-unsigned') throw error;
    throw new Stop(
      'verification',
      error.code,
      {
        zh: '签封不是由所知的账本密钥签名的。',
        en: 'The checkpoint is not signed by any key of the log that is known here.',
      },
      {
        zh: '账本密钥或许已更换：加 --entries 通读一次账本，其记录会说明现由哪些密钥签名，并就此记住。',
        en: 'The log may have a new key: read the ledger once with --entries; its entries say which keys sign now, and they are remembered.',
      },
    );
  }
}

/** What the log did since, if it did not go on. Throws LogFault when its tiles do not show it. */
async function whatIsWrong(
  before: OpenedCheckpoint,
  now: OpenedCheckpoint,
  tree: TileReader,
  source: LogSource,
): Promise<'log-shrank' | 'log-forked' | undefined> {
  try {
    const { standing } = await compareHeads(before, now, (head) =>
      head === now ? tree : new TileReader(head, source.fetchTile),
    );
    if (standing === 'forked') return 'log-forked';
    return standing === 'behind' ? 'log-shrank' : undefined;
  } catch (error) {
    // It signs less than before and does not give what it signed then: a restored backup, perhaps.
    if (error instanceof LogFault && now.size < before.size) return 'log-shrank';
    throw error;
  }
}

const evidenceFile = 'log-evidence.json';

/** Keeps both signed checkpoints: together they show to anybody what the log did. */
function alarm(
  desk: Desk,
  code: 'log-shrank' | 'log-forked',
  evidence: { readonly older: string; readonly newer: string },
  before: OpenedCheckpoint,
  now: OpenedCheckpoint,
): Stop {
  writeStored(desk.folder, evidenceFile, evidence);
  const kept = join(desk.folder, evidenceFile);
  const sizes = [countText(before.size), countText(now.size)] as const;
  return code === 'log-shrank'
    ? new Stop(
        'verification',
        code,
        {
          zh: `账本缩短了：上次签封 ${sizes[0]} 条，现在只签封 ${sizes[1]} 条。`,
          en: `The log shrank: it signed ${sizes[0]} entries when it was last seen, and signs ${sizes[1]} now.`,
        },
        {
          zh: `两份签封存于 ${kept}。若地址是镜像或缓存，它可能只是落后，请直接向平台查验。`,
          en: `Both checkpoints are in ${kept}. If the address is a mirror or a cache it may only be behind: ask the exchange itself.`,
        },
      )
    : new Stop(
        'verification',
        code,
        {
          zh: `账本分叉了：现在的 ${sizes[1]} 条不是上次所见 ${sizes[0]} 条的延续，历史已被改写，或向不同的人出示了不同的历史。`,
          en: `The log forked: the ${sizes[1]} entries of now are no continuation of the ${sizes[0]} that were seen. History was rewritten, or different people are shown different ones.`,
        },
        {
          zh: `两份由账本密钥签名的签封存于 ${kept}，即为证据；请交给主管部门。`,
          en: `Both checkpoints, signed by the log's key, are in ${kept}. They are the evidence: hand them to the competent department.`,
        },
      );
}
