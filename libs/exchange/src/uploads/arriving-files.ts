import { refuse, type RefusalCode } from '#contracts';
import { generateAgeIdentity, randomId } from '#crypto';
import { requireRole, type Actor } from '../actor.js';
import { PublishVersion } from '../catalogue/publish-version.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { DataPlane } from '../data-plane.js';
import { TakeKeyList } from '../key-lists/key-lists.js';
import type { Arrival, ArrivalPurpose, ArrivalSaid } from '../ports.js';
import { Holds, identityPurpose } from './holds.js';
import { Incoming, keepPiece } from './pieces.js';
import { TakeInFile } from './take-in.js';

/** A process that is killed loses at most what came of the piece it was at, and nothing that it answered for. */
const pieceBytes = 16 * 1024 * 1024;
/** A line that breaks at every step still sends 64 GiB in these; somebody who sends byte by byte fills no folder. */
const mostPieces = 20_000;
const keyListBytes = 64 * 1024 * 1024;

export interface ArrivalLimits {
  /** The most bytes that one department, and all of them, may have on their way. */
  readonly departmentBytes: number;
  readonly totalBytes: number;
  /** How long a file waits for its next piece. */
  readonly hours: number;
  /** How long a connection may say nothing. */
  readonly idleSeconds: number;
}

interface Sender {
  readonly stop: (why: RefusalCode) => void;
  readonly ended: Promise<void>;
}

/** What a sender said and what it sends, for a file that arrives in one request or several. docs/formats/uploads.md. */
export class ArrivingFiles {
  /** Who sends to this process now. */
  readonly #senders = new Map<string, Sender>();
  readonly #holds: Holds;

  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
    private readonly limits: ArrivalLimits,
    private readonly takeIn = new TakeInFile(context, data),
  ) {
    this.#holds = new Holds(context);
  }

  /** Reserves room for a file. Throws Refusal: what its purpose refuses before it is there; already-exists, upload-quota, upload-full. */
  async begin(
    actor: Actor,
    about: { purpose: ArrivalPurpose; dataset: string; id?: string | undefined; said: ArrivalSaid },
    sizeBytes: number,
  ): Promise<Arrival> {
    const { purpose, dataset, said, id = randomId() } = about;
    const { fileName, noSecrets = false, item = '' } = said;
    if (sizeBytes === 0) throw refuse('file-empty');
    if (purpose === 'version') await new PublishVersion(this.context, this.data).check(actor, { dataset, fileName, noSecrets });
    else {
      await new TakeKeyList(this.context, this.data).check(actor, { dataset, fileName, item });
      if (sizeBytes > keyListBytes) throw refuse('file-too-large', { limit: keyListBytes });
    }
    const key = await generateAgeIdentity();
    const arrival = {
      id,
      purpose,
      dataset,
      said,
      sizeBytes,
      person: actor.person,
      department: actor.department,
      recipient: key.recipient,
      identity: this.context.vault.seal(identityPurpose(id), Buffer.from(key.identity, 'utf8')),
      createdAt: instantNow(this.context),
      expiresAt: this.expiry(),
    };
    await this.context.transactions.run(async (stores) => {
      const isUsed = (await stores.uploads.get(id)) ?? (await stores.keyLists.get(id));
      const outcome = isUsed ? 'exists' : await stores.arrivals.begin(arrival, this.limits);
      if (outcome === 'exists') throw refuse('already-exists', { what: id }, { field: 'upload' });
      if (outcome === 'department-full') throw refuse('upload-quota', { limit: this.limits.departmentBytes });
      if (outcome === 'full') throw refuse('upload-full');
    });
    return this.own(actor, id);
  }

  /**
   * Adds what comes to a file, from an offset that must be what has arrived; the last byte has it taken in before this answers. `lengthBytes`
   * is what the sender says it will send now. What came of a line that breaks is kept. Throws Refusal unknown, upload-gone, upload-offset,
   * upload-busy, upload-taken-over, upload-idle, upload-longer, upload-pieces, upload-full, and what the file itself is refused for.
   */
  async append(
    actor: Actor,
    id: string,
    offset: number,
    source: AsyncIterable<Uint8Array>,
    lengthBytes?: number,
  ): Promise<Arrival> {
    const arrival = await this.own(actor, id);
    if (offset !== arrival.receivedBytes) throw refuse('upload-offset', { offset: arrival.receivedBytes });
    if (offset + (lengthBytes ?? 0) > arrival.sizeBytes) throw refuse('upload-longer', { size: arrival.sizeBytes });
    if (arrival.state !== 'arriving') return arrival;
    const holder = randomId();
    const stop = new AbortController();
    let why: RefusalCode | undefined;
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const sender: Sender = {
      ended,
      stop: (reason) => {
        why ??= reason;
        stop.abort();
      },
    };
    const incoming = new Incoming(source, stop.signal);
    const { idleSeconds } = this.limits;
    const idle = setInterval(() => {
      if (Date.now() - incoming.lastAt > idleSeconds * 1000) sender.stop('upload-idle');
    }, idleSeconds * 250);
    try {
      const isHeld = await this.#holds.during(
        id,
        'arriving',
        holder,
        () => sender.stop('upload-taken-over'),
        async () => {
          this.#senders.set(id, sender);
          await this.receive(arrival, holder, incoming);
        },
      );
      if (!isHeld) throw refuse('upload-busy');
    } finally {
      clearInterval(idle);
      if (this.#senders.get(id) === sender) this.#senders.delete(id);
      end();
    }
    const now = await this.own(actor, id);
    if (now.state === 'arrived') {
      await this.takeIn.execute(actor, now);
      return this.own(actor, id);
    }
    if (why) throw refuse(why, { seconds: idleSeconds });
    return now;
  }

  /** How much arrived. Whoever still sends on a line that the sender gave up is ended first: what came of it is kept and counted. */
  async offset(actor: Actor, id: string): Promise<Arrival> {
    const { state } = await this.own(actor, id);
    const sender = this.#senders.get(id);
    sender?.stop('upload-taken-over');
    await sender?.ended;
    // In another process it is taken away: there what is not yet counted is lost, and is sent again.
    if (state === 'arriving') await this.context.transactions.run((stores) => stores.arrivals.release(id));
    return this.own(actor, id);
  }

  /** Ends a file before it was taken; doing it twice is fine. Throws Refusal unknown. */
  async cancel(actor: Actor, id: string): Promise<void> {
    const { state } = await this.known(actor, id);
    if (state === 'taken' || state === 'failed') return;
    const sender = this.#senders.get(id);
    sender?.stop('upload-gone');
    await sender?.ended;
    this.takeIn.stop(id);
    await this.takeIn.end(id, 'failed', refuse('upload-gone'));
  }

  /** Takes in what is all here and was left by a process that ended. */
  async takeInLeft(onTrouble: (error: unknown) => void): Promise<void> {
    await this.takeIn.executeLeft(onTrouble);
  }

  // One piece after the other: kept, then counted. A crash between the two leaves an object that nothing names.
  private async receive(arrival: Arrival, holder: string, incoming: Incoming): Promise<void> {
    const { id, recipient, sizeBytes } = arrival;
    let at = arrival.receivedBytes;
    let pieces = (await this.context.transactions.run((stores) => stores.arrivals.pieces(id))).length;
    while (at < sizeBytes && (await incoming.hasMore())) {
      if (pieces >= mostPieces) throw refuse('upload-pieces', { limit: mostPieces });
      const piece = await keepPiece(this.data.store, recipient, incoming, Math.min(pieceBytes, sizeBytes - at));
      const isTooLong = at + piece.sizeBytes === sizeBytes && (await incoming.hasMore());
      const add = () => this.context.transactions.run((stores) => stores.arrivals.add(id, holder, at, [piece], this.expiry()));
      if (isTooLong || !(await add())) {
        await this.data.store.remove(piece.name);
        throw isTooLong ? refuse('upload-longer', { size: sizeBytes }) : refuse('upload-taken-over');
      }
      at += piece.sizeBytes;
      pieces += 1;
    }
  }

  private expiry(): string {
    return new Date(this.context.clock.now().getTime() + this.limits.hours * 3_600_000).toISOString();
  }

  private async known(actor: Actor, id: string): Promise<Arrival> {
    const arrival = await this.context.transactions.run((stores) => stores.arrivals.get(id));
    if (!arrival || arrival.person !== actor.person || arrival.department !== actor.department) throw refuse('unknown');
    requireRole(actor, arrival.purpose === 'version' ? 'steward' : 'requester');
    return arrival;
  }

  // An unknown one, somebody else's, and one that was forgotten look the same.
  private async own(actor: Actor, id: string): Promise<Arrival> {
    const arrival = await this.known(actor, id);
    if (arrival.state === 'failed') throw refuse('upload-gone');
    return arrival;
  }
}
