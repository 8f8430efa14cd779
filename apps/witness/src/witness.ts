import type { Sentence } from '#contracts';
import { equalBytes, utf8Bytes } from '#crypto';
import {
  decideAddCheckpoint,
  decodeAddCheckpoint,
  encodeNote,
  encodeVerifierKey,
  EvidenceFault,
  refuseMalformed,
  type AddCheckpoint,
  type NoteSigner,
  type WitnessDecision,
  type WitnessedCheckpoint,
} from '#ledger';
import { alarmSentences, type AlarmKind, type Alarms, type Evidence } from './alarms.js';
import type { GivenLogs, KnownLogs } from './known-logs.js';
import { Stop } from './stop.js';
import { originHash, type WitnessStore } from './store.js';

export interface WitnessParts {
  readonly signer: NoteSigner;
  readonly given: GivenLogs;
  readonly store: WitnessStore;
  readonly alarms: Alarms;
  /** A line for the operator. */
  readonly tell: (sentence: Sentence) => void;
}

/** Cosigns what goes on from what it cosigned before, and remembers it before it says so. */
export class Witness {
  private readonly origins: ReadonlyMap<string, string>;

  constructor(readonly parts: WitnessParts) {
    this.origins = new Map([...this.logs.keys()].map((origin) => [originHash(origin), origin]));
  }

  get logs(): KnownLogs {
    return this.parts.given.logs;
  }

  /** What the body of POST add-checkpoint is answered. Throws Stop when the store cannot be read or written: nothing was cosigned. */
  addCheckpoint(body: Uint8Array): WitnessDecision {
    const request = decodeAddCheckpoint(body);
    return request ? this.consider(request) : refuseMalformed();
  }

  /**
   * Reads, decides, keeps. Nothing here waits, so of requests that race each sees what the one before it kept: that is the lock, and
   * why no word here may become `await`.
   */
  consider(request: AddCheckpoint): WitnessDecision {
    const { signer, given, store, tell } = this.parts;
    this.readGiven();
    const { origin } = request.checkpoint;
    const keys = given.logs.get(origin)?.believed;
    const last = keys && store.last(origin);
    store.onStep('read');
    const decision = decideAddCheckpoint(request, keys, last, signer, Math.floor(Date.now() / 1_000));
    store.onStep('decided');
    if (decision.next) {
      store.keep(decision.next);
      const { size } = decision.next;
      tell({ zh: `已联署 ${origin}，大小 ${size}。`, en: `Cosigned ${origin} at size ${size}.` });
    } else if (last && (decision.verdict === 'inconsistent' || decision.verdict === 'conflict')) {
      this.lookForFork(request, last);
    }
    return decision;
  }

  /**
   * Two signed roots of one size prove a fork, whatever else the request says. Any other proof that fails proves nothing, for anybody
   * can send a good checkpoint with a bad proof.
   */
  private lookForFork({ checkpoint, note }: AddCheckpoint, last: WitnessedCheckpoint): void {
    if (checkpoint.size !== last.size || equalBytes(checkpoint.root, last.root)) return;
    this.parts.tell(this.raise({ kind: 'fork', last, shown: checkpoint, shownNote: utf8Bytes(encodeNote(note)) }, false));
  }

  /**
   * Keeps the evidence of an alarm; answers what the operator is told. A disk that does not take it takes nothing from the alarm: then
   * both are told. `again`: also when a person has acknowledged the same before.
   */
  raise(found: Omit<Evidence, 'logKeys' | 'keyEntries'>, again: boolean): Sentence {
    const { alarms, tell } = this.parts;
    try {
      const { all: logKeys = [], entries: keyEntries } = this.logs.get(found.last.origin) ?? {};
      return alarmLine(found.kind, alarms.raise({ ...found, logKeys, keyEntries }, again)?.folder);
    } catch (error) {
      tell({ zh: `证据未能保存：${String(error)}`, en: `The evidence could not be kept: ${String(error)}` });
      return alarmLine(found.kind, undefined);
    }
  }

  /**
   * Takes up what the log shows of its keys: a key whose admission the competent department signed is believed from now on, one whose end it
   * signed no longer. What is not so signed is told and changes nothing. Throws Stop when the store cannot be written.
   */
  learnKeys(origin: string, entries: Uint8Array): void {
    const { store, tell } = this.parts;
    const keys = this.logs.get(origin);
    if (!keys) return;
    const before = keys.believed.map(encodeVerifierKey);
    try {
      if (!keys.takeUp(entries)) return;
    } catch (error) {
      if (!(error instanceof EvidenceFault)) throw error;
      tell({
        zh: `${origin} 出示的账本密钥记录不可采信：${error.sentence('zh')}`,
        en: `What ${origin} shows of its keys is not to be believed: ${error.sentence('en')}`,
      });
      return;
    }
    store.keepKeys(origin, keys.entries);
    const now = keys.believed.map(encodeVerifierKey);
    for (const key of now.filter((one) => !before.includes(one))) {
      tell({ zh: `${origin} 有了新的账本密钥：${key}。`, en: `${origin} has a new key: ${key}` });
    }
    for (const key of before.filter((one) => !now.includes(one))) {
      tell({ zh: `${origin} 的账本密钥已终止：${key}。`, en: `A key of ${origin} has ended: ${key}` });
    }
  }

  /** Looks whether the files with the log's keys changed; what cannot be read is told and changes nothing. */
  readGiven(): void {
    try {
      this.parts.given.refresh();
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      this.parts.tell(error.sentence);
    }
  }

  last(origin: string): WitnessedCheckpoint | undefined {
    return this.parts.store.last(origin);
  }

  /** The note that monitors are served under the hash of its origin; undefined when there is none. */
  served(hash: string): string | undefined {
    const origin = this.origins.get(hash);
    return origin === undefined ? undefined : this.last(origin)?.note;
  }
}

/** What the operator is told of an alarm. */
function alarmLine(kind: AlarmKind, folder: string | undefined): Sentence {
  const { zh, en } = alarmSentences[kind];
  return {
    zh: `警报：${zh}${folder === undefined ? '' : `证据：${folder}。`}`,
    en: `ALARM: ${en}${folder === undefined ? '' : ` Evidence: ${folder}`}`,
  };
}
