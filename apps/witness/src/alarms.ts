import type { Sentence } from '#contracts';
import { sha256Hex, toBase64 } from '#crypto';
import { encodeVerifierKey, type TreeHead, type VerifierKey, type WitnessedCheckpoint } from '#ledger';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder, writeNewFile } from './durable.js';
import { Stop } from './stop.js';

/**
 * `fork`: two heads signed by the log's key that cannot be one history; whoever believes that key can check it. `shrank`: the log shows
 * a smaller tree than before and not the tiles of the larger. `withheld`: it does not give the tiles that its checkpoint promises.
 * `entry`: an entry that the log signed breaks a rule; whoever reads it can check it. `entries`: it does not give the entries that its
 * tiles name. `shrank`, `withheld` and `entries` are the witness's word.
 */
export type AlarmKind = 'fork' | 'shrank' | 'withheld' | 'entry' | 'entries';

/** What is kept of an alarm, for people who were not there. */
export interface Evidence {
  readonly kind: AlarmKind;
  /** Every key that the log had, as far as the witness knows; and the entries that show those after the first. */
  readonly logKeys: readonly VerifierKey[];
  readonly keyEntries?: Uint8Array | undefined;
  readonly last: WitnessedCheckpoint;
  readonly shown: TreeHead;
  /** The note that the log showed, as it came. */
  readonly shownNote: Uint8Array;
  /** From the smaller of both trees to the larger, where it could be made. */
  readonly proof?: readonly Uint8Array[] | undefined;
  /** What was fetched, by its path in the log, and what was made of it. */
  readonly tiles?: ReadonlyMap<string, Uint8Array> | undefined;
  /** For people who look for the cause. */
  readonly detail?: string;
}

export interface Alarm {
  readonly id: string;
  readonly kind: AlarmKind;
  readonly origin: string;
  readonly at: string;
  readonly folder: string;
  readonly acknowledged: boolean;
}

export const alarmSentences: Readonly<Record<AlarmKind, Sentence>> = {
  fork: {
    zh: '账本密钥签了两个不属于同一历史的树根：账本已分叉，或其密钥已泄露。',
    en: 'The key of the log signed two roots that are not one history: the log forked, or its key leaked.',
  },
  shrank: {
    zh: '账本比此前所示的短，且拿不出此前的分片：可能由旧备份恢复。',
    en: 'The log is shorter than it was shown before and does not give the tiles of before: restored from an old backup, perhaps.',
  },
  withheld: {
    zh: '账本给不出其签封所承诺的分片：拒绝证明一致性，本身就是警报。',
    en: 'The log does not give the tiles that its checkpoint promises: to refuse a consistency proof is an alarm by itself.',
  },
  entry: {
    zh: '账本签封了一条不合规则的存证记录：伪造、改动，或平台越权。',
    en: 'The log signed an entry that breaks the rules: forged, altered, or beyond what the exchange may do.',
  },
  entries: {
    zh: '账本给出的存证记录不是其分片所载的那些，或根本不给。',
    en: 'The entries that the log gives are not those that its tiles name, or it gives none.',
  },
};

/** Far more than a log that is repaired after each would make; a key that signs forks without end does not fill the disk. */
const ALARMS_MAX = 100;

/** The alarms of a store: a folder of evidence each. An alarm is open until a person has said that he looked at it. */
export class Alarms {
  private readonly folder: string;

  constructor(store: string) {
    this.folder = join(store, 'alarms');
  }

  /**
   * Keeps the evidence, whole and on the disk when this returns. The same evidence is kept once; `again` keeps it anew when a person
   * has acknowledged it before. Undefined when there are too many already.
   */
  raise(evidence: Evidence, again: boolean): Alarm | undefined {
    const same = `${evidence.kind}-${sha256Hex(`${evidence.last.origin}\n${headLine(evidence.last)}\n${headLine(evidence.shown)}`).slice(0, 16)}`;
    for (let times = 1; ; times++) {
      const id = times === 1 ? same : `${same}-${times}`;
      const known = this.read(id);
      if (known && !(again && known.acknowledged)) return known;
      if (known) continue;
      if (this.all().length >= ALARMS_MAX) return undefined;
      this.write(id, evidence);
      return this.read(id);
    }
  }

  all(): Alarm[] {
    const ids = existsSync(this.folder) ? readdirSync(this.folder).filter((name) => !name.endsWith('.new')) : [];
    return ids.flatMap((id) => this.read(id) ?? []).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  }

  /** Those of a log that nobody has acknowledged. */
  open(origin: string): Alarm[] {
    return this.all().filter((one) => one.origin === origin && !one.acknowledged);
  }

  /** A person says that he looked. It changes nothing of what the witness remembers. Throws Stop for an unknown id. */
  acknowledge(id: string, by: string, why: string): void {
    const alarm = this.all().find((one) => one.id === id);
    if (!alarm) throw new Stop('refused', { zh: `没有警报 ${id}。`, en: `There is no alarm ${id}.` });
    if (alarm.acknowledged)
      throw new Stop('refused', { zh: `警报 ${id} 已有人确认。`, en: `Alarm ${id} is acknowledged already.` });
    writeNewFile(join(alarm.folder, acknowledgedFile), `${JSON.stringify({ by, why, at: new Date().toISOString() })}\n`);
    syncFolder(alarm.folder);
  }

  private read(id: string): Alarm | undefined {
    const folder = join(this.folder, id);
    const about = join(folder, 'about.json');
    if (!existsSync(about)) return undefined;
    const { kind, origin, at } = JSON.parse(readFileSync(about, 'utf8')) as Omit<Alarm, 'id' | 'folder' | 'acknowledged'>;
    return { id, kind, origin, at, folder, acknowledged: existsSync(join(folder, acknowledgedFile)) };
  }

  private write(id: string, evidence: Evidence): void {
    const target = join(this.folder, id);
    const beside = `${target}.new`;
    rmSync(beside, { recursive: true, force: true });
    for (const [path, content] of filesOf(evidence)) {
      mkdirSync(dirname(join(beside, path)), { recursive: true, mode: 0o700 });
      writeNewFile(join(beside, path), content);
    }
    syncFolder(beside);
    renameSync(beside, target);
    syncFolder(this.folder);
  }
}

const acknowledgedFile = 'acknowledged.json';

const headLine = ({ size, root }: TreeHead): string => `${size} ${toBase64(root)}`;

function* filesOf({
  kind,
  logKeys,
  keyEntries,
  last,
  shown,
  shownNote,
  proof,
  tiles,
  detail,
}: Evidence): Generator<[string, string | Uint8Array]> {
  const about = {
    kind,
    origin: last.origin,
    at: new Date().toISOString(),
    meaning: alarmSentences[kind],
    logKeys: logKeys.map(encodeVerifierKey),
    last: { size: last.size, root: toBase64(last.root), file: 'last-checkpoint' },
    shown: { size: shown.size, root: toBase64(shown.root), file: 'shown-checkpoint' },
    ...(proof && { proof: 'consistency-proof' }),
    ...(detail !== undefined && { detail }),
  };
  yield ['about.json', `${JSON.stringify(about, null, 2)}\n`];
  yield ['last-checkpoint', last.note];
  yield ['shown-checkpoint', shownNote];
  if (keyEntries?.length) yield ['keys', keyEntries];
  if (proof) yield ['consistency-proof', proof.map((hash) => `${toBase64(hash)}\n`).join('')];
  for (const [path, bytes] of tiles ?? []) yield [path, bytes];
}
