import { refuse } from '#contracts';
import { randomId } from '#crypto';
import { mayDownload } from '#rights';
import { requireRole, type Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { DataPlane } from '../data-plane.js';
import type { Found, Stores } from '../ports.js';
import { sayAsExchange } from '../signing.js';
import { hasEndedRecipient } from './ended-recipient.js';
import { openPlaintextHmacKey } from './prepare-payload.js';

/** The most that one look at the right lets out (promise 8), and how far ahead of the socket the count of served bytes is written. */
export const chunkBytes = 64 * 1024;
const countAheadBytes = 1024 * 1024;

export interface OpenedPayload {
  readonly objectName: string;
  readonly sizeBytes: number;
  /** Sealed digest of the ciphertext: the ETag. */
  readonly sha256: string;
  readonly right: string;
  readonly grantee: string;
}

/** A delivery to the caller's department. Throws Refusal unknown, not-allowed. */
export async function ownDelivery(stores: Stores, actor: Actor, id: string): Promise<Found<'delivery'>> {
  requireRole(actor, 'requester');
  const delivery = await stores.states.get('delivery', id);
  if (!delivery || delivery.state.grantee !== actor.department) throw refuse('unknown');
  return delivery;
}

/** Opens a prepared payload for its recipient department, while the right is in force. */
export class OpenPayload {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal unknown, payload-not-ready, not-witnessed, payload-gone, right-…. */
  async execute(actor: Actor, id: string): Promise<OpenedPayload> {
    return this.context.transactions.run(async (stores) => {
      const delivery = await ownDelivery(stores, actor, id);
      const right = await stores.states.get('right', delivery.state.right);
      if (!right) throw refuse('unknown');
      const may = mayDownload({
        right: right.state,
        delivery: delivery.state,
        department: actor.department,
        now: instantNow(this.context),
      });
      if (may.refused) throw may.refused;
      if (await hasEndedRecipient(stores, delivery.state)) throw refuse('recipient-ended');
      // Asked once: what counts goes on to count. Ends are another matter, and asked before every chunk.
      const decidedAt = (await stores.inForce.decisions([id])).get(id);
      if (decidedAt === undefined || decidedAt >= (await stores.inForce.before())) throw refuse('not-witnessed');
      const { attempt, sizeBytes, ciphertextSha256 } = may.ok.prepared;
      const work = await stores.deliveries.get(id);
      const stored = await stores.deliveries.attempt(attempt);
      if (!stored || work?.payloadRemovedAt !== undefined) throw refuse('payload-gone');
      return {
        objectName: stored.objectName,
        sizeBytes,
        sha256: ciphertextSha256,
        right: delivery.state.right,
        grantee: delivery.state.grantee,
      };
    });
  }

  /** The key that checks the plaintext against its sealed HMAC. */
  async key(actor: Actor, id: string): Promise<string> {
    return this.context.transactions.run(async (stores) => {
      const delivery = await ownDelivery(stores, actor, id);
      if (!delivery.state.prepared) throw refuse('payload-not-ready');
      return (await openPlaintextHmacKey(this.context, stores, delivery.state.prepared.attempt)).toString('base64url');
    });
  }
}

/**
 * Counts what one download hands over. The count is written before the bytes go, a little ahead of them: a crash may count bytes that
 * did not leave, never the other way round.
 */
export class ServedBytes {
  readonly id = randomId();
  private handed = 0;
  private written = 0;

  constructor(
    private readonly context: ExchangeContext,
    private readonly delivery: string,
    private readonly person: string,
  ) {}

  /** Before any byte. Throws when the ledger's database cannot be written: then nothing leaves. */
  async start(): Promise<void> {
    const download = { id: this.id, delivery: this.delivery, person: this.person, startedAt: instantNow(this.context) };
    await this.context.transactions.run((stores) => stores.downloads.start(download));
  }

  /** Before each chunk. */
  async count(bytes: number): Promise<void> {
    this.handed += bytes;
    if (this.handed <= this.written) return;
    this.written = this.handed + countAheadBytes;
    await this.context.transactions.run((stores) => stores.downloads.raise(this.id, this.written));
  }

  /** The chunk counted last was not handed over after all. */
  takeBack(bytes: number): void {
    this.handed -= bytes;
  }

  /** At the end: the exact count, and the task that seals it. */
  async end(complete: boolean): Promise<void> {
    await this.context.transactions.run(async (stores) => {
      await stores.downloads.end(this.id, instantNow(this.context), this.handed, complete);
      await stores.tasks.add('serve', this.id);
    });
  }
}

/** Says in the ledger what a download took. Its id is the statement's: said twice, it is one. */
export class RecordServed {
  constructor(private readonly context: ExchangeContext) {}

  async execute(downloadId: string): Promise<void> {
    await this.context.transactions.run(async (stores) => {
      const download = await stores.downloads.get(downloadId);
      if (!download || download.recorded) return;
      if (download.bytesAtMost > 0) {
        const delivery = await stores.states.get('delivery', download.delivery);
        if (!delivery) return;
        const { right, dataset } = delivery.state;
        await sayAsExchange(this.context, stores, {
          type: 'delivery.served',
          id: download.id,
          body: {
            delivery: download.delivery,
            right,
            dataset,
            download: download.id,
            bytesAtMost: download.bytesAtMost,
            complete: download.complete,
          },
        });
      }
      await stores.downloads.markRecorded(download.id);
    });
  }
}

/** Removes a payload that is no longer needed: after the receipt, after a termination, or when its days are over. */
export class DisposePayload {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  // Marked before it is removed: a crash in between leaves an object that the sweep finds, never a mark that lies.
  async execute(id: string): Promise<void> {
    const attempts = await this.context.transactions.run(async (stores) => {
      await stores.deliveries.set(id, { payloadRemovedAt: instantNow(this.context), stage: 'ended' });
      return stores.deliveries.attempts(id);
    });
    for (const attempt of attempts) await this.data.store.remove(attempt.objectName);
  }
}
