import { sha256Hex, toBase64, toHex, utf8Bytes } from '#crypto';
import {
  compareHeads,
  encodeTilePath,
  encodeVerifierKey,
  KeysOfEntries,
  LogFault,
  logKeysOf,
  TileReader,
  type ComparedHeads,
  type OpenedCheckpoint,
  type TrustRoot,
} from '#ledger';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { writeWhole } from '../store/folder.js';
import { countText } from '../terminal/progress.js';
import { LogSource } from './log-source.js';

/** A checkpoint, where it came from, and the log that it was fetched from, if it was. */
interface Shown {
  readonly from: string;
  readonly bytes: Uint8Array;
  readonly opened: OpenedCheckpoint;
  readonly source: LogSource | undefined;
}

export interface Compared {
  readonly origin: string;
  readonly older: { readonly from: string; readonly size: number; readonly root: string };
  readonly newer: { readonly from: string; readonly size: number; readonly root: string };
  readonly standing: 'same' | 'continues';
}

/**
 * Compares two checkpoints of one log, as two people hold them, by the tiles that the logs give. Each is a file or an address. Believes the
 * trust root's keys and nothing else. Throws Stop `log-forked` or `log-withheld` with the evidence kept in a folder below `folder`, LogFault
 * for a checkpoint that the log did not sign, Stop `unreachable` when no log could be reached.
 */
export async function compareCheckpoints(
  desk: Desk,
  places: readonly [string, string],
  root: TrustRoot,
  { logs, folder }: { readonly logs: readonly string[]; readonly folder: string },
): Promise<Compared> {
  const further = logs.map((log) => new LogSource(desk, log));
  const shown = [await fetchShown(desk, places[0]), await fetchShown(desk, places[1])] as const;
  const keys = await keysFrom(
    [...shown.map(({ source }) => source), ...further].filter((source) => source !== undefined),
    root,
  );
  const [one, other] = [opened(shown[0], keys), opened(shown[1], keys)];
  const [older, newer] = one.opened.size <= other.opened.size ? [one, other] : [other, one];
  const sources = [newer.source, older.source, ...further].filter((source) => source !== undefined);
  const isDecidedByNotes = older.opened.size === newer.opened.size || older.opened.size === 0;
  if (sources.length === 0 && !isDecidedByNotes)
    throw usage(
      '两份签封大小不同，须用 --log 指明可读取分片的账本地址。',
      'The checkpoints are of different sizes: name with --log a log whose tiles can be read.',
    );
  const tiles = new Map<string, Uint8Array>();
  const compared = await compareBy(older, newer, sources, tiles);
  if (!compared || compared.standing === 'forked') {
    const kept = keepEvidence(folder, { older, newer, compared, tiles, root });
    throw compared ? forked(older, newer, kept) : withheld(older, newer, kept);
  }
  const factsOf = ({ from, opened }: Shown) => ({ from, size: opened.size, root: toHex(opened.root) });
  const standing = compared.standing === 'same' ? 'same' : 'continues';
  return { origin: root.origin, older: factsOf(older), newer: factsOf(newer), standing };
}

async function fetchShown(desk: Desk, place: string): Promise<Omit<Shown, 'opened'>> {
  const source = /^https?:\/\//i.test(place) ? new LogSource(desk, place.replace(/\/checkpoint$/, '')) : undefined;
  return { from: place, bytes: source ? await source.checkpoint() : readFileSync(place), source };
}

const opened = (shown: Omit<Shown, 'opened'>, keys: KeysOfEntries): Shown => ({
  ...shown,
  opened: keys.openSigned(shown.bytes),
});

/** The log's keys as the first log that answers shows them; each is the competent department's to admit, whoever shows it. */
async function keysFrom(sources: readonly LogSource[], root: TrustRoot): Promise<KeysOfEntries> {
  for (const source of sources) {
    try {
      return await source.logKeys(root);
    } catch (error) {
      if (!(error instanceof Stop && error.exit === 'unreachable')) throw error;
    }
  }
  return new KeysOfEntries(root);
}

/** Asks one log after the other until one shows how the two stand. Undefined: they answered, and none did. */
async function compareBy(
  older: Shown,
  newer: Shown,
  sources: readonly LogSource[],
  tiles: Map<string, Uint8Array>,
): Promise<ComparedHeads | undefined> {
  if (older.opened.size === newer.opened.size) return compareHeads(older.opened, newer.opened, () => noTiles);
  if (older.opened.size === 0) return { standing: 'continues', proof: [] };
  let unreachable: Stop | undefined;
  let hasAnswered = false;
  for (const source of sources) {
    tiles.clear();
    try {
      return await compareHeads(older.opened, newer.opened, (head) => {
        return new TileReader(head, async (tile) => {
          const bytes = await source.fetchTile(tile);
          if (bytes) tiles.set(encodeTilePath(tile), bytes);
          return bytes;
        });
      });
    } catch (error) {
      if (error instanceof LogFault) hasAnswered = true;
      else if (error instanceof Stop && error.exit === 'unreachable') unreachable = error;
      else throw error;
    }
  }
  if (!hasAnswered && unreachable) throw unreachable;
  return undefined;
}

const noTiles = { readHashes: () => new Uint8Array(0) };

const forkSentence = {
  zh: '账本以同一密钥签了两个不属于同一历史的树根：它向不同的人出示了不同的历史，或其密钥已泄露。',
  en: 'The log signed, with one key, two roots that are not one history: it shows different histories to different people, or its key leaked.',
};
const withheldSentence = {
  zh: '账本给不出证明两份签封属于同一历史的分片：拒绝证明一致性，本身就是警报。',
  en: 'The log does not give the tiles that would show both checkpoints to be one history: to refuse a consistency proof is an alarm by itself.',
};

function forked(older: Shown, newer: Shown, kept: string): Stop {
  const sizes = `${countText(older.opened.size)} / ${countText(newer.opened.size)}`;
  return new Stop(
    'verification',
    'log-forked',
    { zh: `${forkSentence.zh}（${sizes}）`, en: `${forkSentence.en} (${sizes})` },
    { zh: `证据存于 ${kept}，请交给主管部门。`, en: `The evidence is in ${kept}: hand it to the competent department.` },
  );
}

function withheld(older: Shown, newer: Shown, kept: string): Stop {
  const sizes = `${countText(older.opened.size)} / ${countText(newer.opened.size)}`;
  return new Stop(
    'verification',
    'log-withheld',
    { zh: `${withheldSentence.zh}（${sizes}）`, en: `${withheldSentence.en} (${sizes})` },
    {
      zh: `两份签封存于 ${kept}。分片可能只是暂缺，请再试，并以 --log 指明其他镜像。`,
      en: `Both checkpoints are in ${kept}. The tiles may only be late: try again, and name other mirrors with --log.`,
    },
  );
}

interface Evidence {
  readonly older: Shown;
  readonly newer: Shown;
  readonly compared: ComparedHeads | undefined;
  readonly tiles: ReadonlyMap<string, Uint8Array>;
  readonly root: TrustRoot;
}

/** Both notes as they came, the proof that does not lead from one to the other, and the tiles that it was made of. Answers the folder. */
function keepEvidence(folder: string, { older, newer, compared, tiles, root }: Evidence): string {
  const sentence = compared ? forkSentence : withheldSentence;
  const name = sha256Hex(`${older.opened.note.text}\n${newer.opened.note.text}`).slice(0, 16);
  const target = join(folder, `${compared ? 'fork' : 'withheld'}-${name}`);
  const about = {
    kind: compared ? 'fork' : 'withheld',
    origin: root.origin,
    meaning: sentence,
    logKeys: logKeysOf(root).map(encodeVerifierKey),
    older: { from: older.from, size: older.opened.size, root: toBase64(older.opened.root), file: 'older-checkpoint' },
    newer: { from: newer.from, size: newer.opened.size, root: toBase64(newer.opened.root), file: 'newer-checkpoint' },
    ...(compared ? { proof: 'consistency-proof' } : {}),
  };
  const files: [string, Uint8Array][] = [
    ['about.json', utf8Bytes(`${JSON.stringify(about, null, 2)}\n`)],
    ['older-checkpoint', older.bytes],
    ['newer-checkpoint', newer.bytes],
    ...(compared
      ? [['consistency-proof', utf8Bytes(compared.proof.map((hash) => `${toBase64(hash)}\n`).join(''))] as [string, Uint8Array]]
      : []),
    ...tiles,
  ];
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(target, path)), { recursive: true, mode: 0o700 });
    writeWhole(join(target, path), bytes);
  }
  return target;
}
