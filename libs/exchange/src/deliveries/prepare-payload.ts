import { setTimeout as sleep } from 'node:timers/promises';
import { refuse, Refusal, type States } from '#contracts';
import { randomId, randomKey } from '#crypto';
import { runPrepare, type JobProgress, type PreparedDelivery } from '#delivery';
import { checkInForce } from '#rights';
import { instantNow, type ExchangeContext } from '../context.js';
import { openVersion, type DataPlane } from '../data-plane.js';
import { openListsNamed } from '../key-lists/named-lists.js';
import type { Stores, Work } from '../ports.js';
import { sayAsExchange } from '../signing.js';
import { hasEndedRecipient } from './ended-recipient.js';
import { openPseudonymKey } from './pseudonym-key.js';

const lookEveryMs = 500;
const hmacKeyName = (attempt: string) => `plaintext-hmac:${attempt}`;

/** The key of a winning attempt's plaintext HMAC; it reaches the recipient with the download. */
export async function openPlaintextHmacKey(context: ExchangeContext, stores: Stores, attempt: string): Promise<Buffer> {
  const sealed = await stores.secrets.get(hmacKeyName(attempt));
  if (!sealed) throw refuse('payload-gone');
  return context.vault.open(hmacKeyName(attempt), sealed);
}

type DecidedDelivery = States['delivery'] & { decided: NonNullable<States['delivery']['decided']> };

/**
 * Makes the payload of a decided delivery: select, narrow, mask, format and encrypt in a process of its own, store, then say so in the
 * ledger. Every attempt has a fresh key and object name; the seal takes the first that is recorded, and the sweep removes the others.
 */
export class PreparePayload {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** Throws what the job threw, for the queue to try again; a cancelled or ended delivery is recorded and returns. */
  async execute(id: string, signal: AbortSignal): Promise<void> {
    const begun = await this.context.transactions.run((stores) => this.begin(stores, id));
    if (!begun) return;
    const stop = new AbortController();
    const isStopped = AbortSignal.any([signal, stop.signal]);
    const watching = this.watch(id, stop, isStopped);
    try {
      const prepared = await runPrepare(begun.job, { signal: isStopped, onProgress: this.report(id) });
      stop.abort();
      await watching;
      await this.record(id, begun.attempt, prepared);
    } catch (error) {
      stop.abort();
      await watching;
      const isOver = await this.context.transactions.run((stores) => this.endIfAsked(stores, id));
      if (!isOver) throw error;
    }
  }

  /** After the last try: says in the ledger that it failed, which gives the quota back. */
  async giveUp(id: string, error: unknown): Promise<void> {
    await this.context.transactions.run(async (stores) => {
      const delivery = await stores.states.get('delivery', id);
      if (!delivery || delivery.state.state !== 'decided') return;
      const { right, dataset } = delivery.state;
      const code = error instanceof Refusal ? error.code : 'preparer-failed';
      await sayAsExchange(this.context, stores, {
        type: 'delivery.failed',
        after: delivery.state.last,
        body: { delivery: id, right, dataset, code },
      });
      await stores.deliveries.set(id, { stage: 'ended' });
    });
  }

  // The attempt is named in the database before anything is written under its name, so a crash leaves no object that nobody knows.
  private async begin(stores: Stores, id: string) {
    if (await this.endIfAsked(stores, id)) return undefined;
    const delivery = await stores.states.get('delivery', id);
    if (!isDecided(delivery?.state)) return undefined;
    const { decided, grantee, asked } = delivery.state;
    const attempt = randomId();
    const objectName = randomId();
    const hmacKey = randomKey();
    await stores.secrets.put(hmacKeyName(attempt), this.context.vault.seal(hmacKeyName(attempt), hmacKey));
    await stores.deliveries.addAttempt({ id: attempt, delivery: id, objectName, at: instantNow(this.context) });
    const { stored } = await openVersion(this.context, stores, decided.version);
    const { items, rows, transformations, format, compression, since, recipients, rowsAtMost } = decided;
    return {
      attempt,
      job: {
        ...this.data.jobs,
        version: stored,
        ...(since ? { since: (await openVersion(this.context, stores, since.version)).stored } : {}),
        keyLists: await openListsNamed(this.context, stores, rows, { dataset: delivery.state.dataset, department: grantee }),
        selection: { items, rows, transformations, format, ...(compression ? { compression } : {}) },
        recipients,
        pseudonymKey: await openPseudonymKey(this.context, stores, { grantee, purpose: asked.purpose }),
        plaintextHmacKey: hmacKey,
        objectName,
        rowsAtMost,
      },
    };
  }

  private async record(id: string, attempt: string, prepared: PreparedDelivery): Promise<void> {
    await this.context.transactions.run(async (stores) => {
      const delivery = await stores.states.get('delivery', id);
      if (!isDecided(delivery?.state)) return;
      const { right, dataset, last } = delivery.state;
      const { sizeBytes, ciphertextSha256, plaintextHmac, rows } = prepared;
      await stores.deliveries.set(id, { stage: 'recording', done: rows, total: rows });
      await sayAsExchange(this.context, stores, {
        type: 'delivery.prepared',
        // The attempt is the statement's id: recorded twice, it is one statement.
        id: attempt,
        after: last,
        body: { delivery: id, right, dataset, attempt, ciphertextSha256, sizeBytes, plaintextHmac, rows },
      });
    });
  }

  /** Ends the delivery if somebody asked for it, or if its right no longer covers it. True when it is over. */
  private async endIfAsked(stores: Stores, id: string): Promise<boolean> {
    const by = await this.endedBy(stores, id);
    if (by === undefined) return false;
    const delivery = await stores.states.get('delivery', id);
    if (!delivery || delivery.state.state !== 'decided') return true;
    const { right, dataset, last } = delivery.state;
    await sayAsExchange(this.context, stores, {
      type: 'delivery.cancelled',
      after: last,
      body: { delivery: id, right, dataset, by },
    });
    await stores.deliveries.set(id, { stage: 'ended' });
    return true;
  }

  private async endedBy(stores: Stores, id: string): Promise<'requester' | 'end' | undefined> {
    const delivery = await stores.states.get('delivery', id);
    const right = delivery && (await stores.states.get('right', delivery.state.right));
    if (!right || checkInForce(right.state, instantNow(this.context))) return 'end';
    if (await hasEndedRecipient(stores, delivery.state)) return 'end';
    const work = await stores.deliveries.get(id);
    return work?.cancelRequested ? 'requester' : undefined;
  }

  private async watch(id: string, stop: AbortController, until: AbortSignal): Promise<void> {
    while (!until.aborted) {
      await sleep(lookEveryMs, undefined, { signal: until }).catch(() => undefined);
      if (until.aborted) return;
      const by = await this.context.transactions.run((stores) => this.endedBy(stores, id)).catch(() => undefined);
      if (by !== undefined) stop.abort();
    }
  }

  private report(id: string): (progress: JobProgress) => void {
    let reportedAt = 0;
    return (progress) => {
      if (Date.now() - reportedAt < lookEveryMs) return;
      reportedAt = Date.now();
      const stage: Work['stage'] = progress.stage === 'reading' ? 'selecting' : progress.stage;
      const change = { stage, done: progress.done, total: progress.total };
      // Progress that cannot be written is no reason to fail the delivery.
      this.context.transactions.run((stores) => stores.deliveries.set(id, change)).catch(() => undefined);
    };
  }
}

function isDecided(state: States['delivery'] | undefined): state is DecidedDelivery {
  return state?.state === 'decided' && state.decided !== undefined;
}
