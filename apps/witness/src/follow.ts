import { setTimeout as sleep } from 'node:timers/promises';
import { utf8Bytes } from '#crypto';
import {
  compareHeads,
  decodeNote,
  EMPTY_ROOT,
  encodeNote,
  encodeTilePath,
  LogFault,
  openCheckpoint,
  TileReader,
  withSignaturesOf,
  type ComparedHeads,
  type HashTile,
  type OpenedCheckpoint,
  type TreeHead,
  type WitnessedCheckpoint,
} from '#ledger';
import type { AlarmKind, Evidence } from './alarms.js';
import type { LogFiles } from './fetch-log.js';
import { MirrorAlarm, type Mirror } from './mirror/mirror.js';
import { inBoth, Stop } from './stop.js';
import type { Witness } from './witness.js';

/** What one look at the log found. `behind`: an older checkpoint of the same history, as a cache may hold it. */
export type Look = 'cosigned' | 'unchanged' | 'behind' | 'overtaken';

const TILE_BYTES = 8_192;
const CHECKPOINT_BYTES = 64 * 1024;
/** Some thousand keys. */
const KEYS_BYTES = 16 * 1024 * 1024;
/** Tiles may lag behind a checkpoint for a moment, at a cache; not for so many looks in a row. */
const LOOKS_WITHOUT_TILES = 3;

/**
 * Follows one log by itself: fetches its checkpoint and the tiles that show how it goes on from the last one cosigned here, believes
 * none that does not lead to the root, and cosigns by the same decision as a request. It never moves to another history.
 */
export class Follower {
  private looksWithoutTiles = 0;
  private looksWithoutEntries = 0;

  constructor(
    private readonly witness: Witness,
    private readonly origin: string,
    private readonly files: LogFiles,
    /** Keeps a copy of all that was cosigned, entries included. */
    private readonly mirror?: Mirror,
  ) {}

  /** Refuses to begin while an alarm of this log waits for a person. Throws Stop `alarm`. */
  checkNoAlarm(): void {
    const [open] = this.witness.parts.alarms.open(this.origin);
    if (!open) return;
    throw new Stop('alarm', {
      zh: `警报 ${open.id} 尚无人确认，不再跟随 ${this.origin}。查看 ${open.folder}，再执行 quanlian-witness acknowledge ${open.id}。`,
      en: `Alarm ${open.id} is not acknowledged: ${this.origin} is not followed. Look at ${open.folder}, then run quanlian-witness acknowledge ${open.id}.`,
    });
  }

  /**
   * Looks once, and brings the mirror up to what the log shows. Throws Stop `alarm` with its evidence kept; Stop `unreachable` when the log
   * could not be read or what came is not signed by it, which says nothing against the log: look again later.
   */
  async look(): Promise<Look> {
    const { found, shown } = await this.lookAtCheckpoint();
    if (this.mirror) await this.bringUp(this.mirror, found === 'overtaken' ? undefined : shown);
    return found;
  }

  /**
   * Entries are judged after the cosignature, which says only that one history goes on; an alarm ends the following. The copy is that of
   * the checkpoint `shown`, a beginning of what was cosigned here, for it carries the other witnesses' cosignatures, without which nobody
   * who has a policy believes the copy; when the log asked meanwhile, that of what was cosigned.
   */
  private async bringUp(mirror: Mirror, shown: OpenedCheckpoint | undefined): Promise<void> {
    const last = this.witness.last(this.origin);
    if (!last) return;
    const own = decodeNote(utf8Bytes(last.note));
    const head = shown ? { size: shown.size, root: shown.root, note: encodeNote(withSignaturesOf(shown.note, own)) } : last;
    try {
      await mirror.bringUp(head, this.files);
      // All entries were read: what the log did not show of its keys is known from here.
      this.witness.learnKeys(this.origin, mirror.keyEntries);
      this.looksWithoutEntries = 0;
    } catch (error) {
      if (!(error instanceof MirrorAlarm)) throw error;
      const { kind, files: tiles, fault } = error;
      if (kind === 'entries' && ++this.looksWithoutEntries < LOOKS_WITHOUT_TILES) throw withoutTiles(fault);
      const found = { kind, last, shown: last, shownNote: utf8Bytes(last.note), tiles, detail: inBoth(sentenceOf(fault)) };
      const alarm = this.witness.raise(found, true);
      throw new Stop('alarm', { zh: `${alarm.zh}${fault.sentence('zh')}`, en: `${alarm.en} ${fault.sentence('en')}` });
    }
  }

  private async lookAtCheckpoint(): Promise<{ readonly found: Look; readonly shown: OpenedCheckpoint }> {
    const shownNote = await this.files.fetch('checkpoint', CHECKPOINT_BYTES);
    await this.learnKeys();
    const shown = this.open(shownNote);
    const last = this.witness.last(this.origin);
    const tiles = new Map<string, Uint8Array>();
    const raise = (kind: AlarmKind, more: Pick<Evidence, 'proof' | 'detail'> = {}): Stop => {
      const found = { kind, last: last as WitnessedCheckpoint, shown, shownNote: shownNote as Uint8Array, tiles, ...more };
      return new Stop('alarm', this.witness.raise(found, true));
    };

    let compared: ComparedHeads;
    try {
      compared = await compareHeads(last ?? { size: 0, root: EMPTY_ROOT }, shown, (head) => this.readerOf(head, tiles));
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      if (++this.looksWithoutTiles < LOOKS_WITHOUT_TILES || !last) throw withoutTiles(error);
      throw raise(shown.size < last.size ? 'shrank' : 'withheld', { detail: error.message });
    }
    this.looksWithoutTiles = 0;
    const { standing, proof } = compared;
    if (standing === 'forked') throw raise('fork', shown.size === last?.size ? {} : { proof });
    if (standing === 'behind') return { found: 'behind', shown };
    if (standing === 'same' && last) return { found: 'unchanged', shown };
    const { verdict } = this.witness.consider({ oldSize: last?.size ?? 0, proof, checkpoint: shown, note: shown.note });
    // The log may have asked by itself meanwhile, and been cosigned.
    if (verdict === 'conflict') return { found: 'overtaken', shown };
    if (verdict !== 'cosigned') throw raise('fork', { proof });
    return { found: 'cosigned', shown };
  }

  /** Looks until it finds something, as often as an alarm takes. Throws what the last look threw. */
  async lookPatiently(everyMs: number, signal: AbortSignal): Promise<Look> {
    for (let looks = 1; ; looks++) {
      try {
        return await this.look();
      } catch (error) {
        if (!isPassing(error) || looks >= LOOKS_WITHOUT_TILES || signal.aborted) throw error;
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Looks until the signal aborts. Throws Stop `alarm`; tells of everything that passes by itself. */
  async follow(everyMs: number, signal: AbortSignal): Promise<void> {
    const { tell } = this.witness.parts;
    while (!signal.aborted) {
      try {
        if ((await this.look()) === 'behind') {
          tell({
            zh: `${this.origin} 显示的是较旧的签封。`,
            en: `${this.origin} shows an older checkpoint of the same history.`,
          });
        }
      } catch (error) {
        if (!isPassing(error)) throw error;
        tell(error.sentence);
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** After the checkpoint, so that whoever signed it is among them. */
  private async learnKeys(): Promise<void> {
    this.witness.readGiven();
    if (!this.witness.logs.get(this.origin)?.root) return;
    const entries = await this.files.fetch('keys', KEYS_BYTES);
    if (entries) this.witness.learnKeys(this.origin, entries);
  }

  private open(bytes: Uint8Array | undefined): OpenedCheckpoint {
    if (!bytes) throw new Stop('unreachable', { zh: '账本没有签封。', en: 'The log has no checkpoint.' });
    try {
      return openCheckpoint(bytes, this.origin, this.witness.logs.get(this.origin)?.believed ?? []);
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      throw new Stop(
        'unreachable',
        {
          zh: `所得签封不可采信：${error.sentence('zh')}`,
          en: `What came as the checkpoint is not to be believed: ${error.sentence('en')}`,
        },
        { cause: error },
      );
    }
  }

  /** The hashes of a tree, out of tiles that lead to its root; what was fetched is kept for the evidence. */
  private readerOf(head: TreeHead, tiles: Map<string, Uint8Array>): TileReader {
    return new TileReader(head, async (tile: HashTile) => {
      const path = encodeTilePath(tile);
      const bytes = await this.files.fetch(path, TILE_BYTES);
      if (bytes) tiles.set(path, bytes);
      return bytes;
    });
  }
}

const isPassing = (error: unknown): error is Stop => error instanceof Stop && error.exit === 'unreachable';

const sentenceOf = (fault: MirrorAlarm['fault']) => ({ zh: fault.sentence('zh'), en: fault.sentence('en') });

function withoutTiles(fault: MirrorAlarm['fault']): Stop {
  return new Stop(
    'unreachable',
    {
      zh: `账本的分片暂不可用：${fault.sentence('zh')}`,
      en: `The log's tiles cannot be used yet: ${fault.message}`,
    },
    { cause: fault },
  );
}
