import { Readable } from 'node:stream';
import { Refusal, refusalOf, refuse } from '#contracts';
import { randomId } from '#crypto';
import type { Actor } from '../actor.js';
import { actorOf } from '../accounts/authenticate.js';
import { PublishVersion } from '../catalogue/publish-version.js';
import type { ExchangeContext } from '../context.js';
import type { DataPlane } from '../data-plane.js';
import { TakeKeyList } from '../key-lists/key-lists.js';
import type { Arrival } from '../ports.js';
import { Holds, openIdentity } from './holds.js';
import { readPieces } from './pieces.js';

/** A file on which this many processes died is not tried again. */
const mostAttempts = 5;
/** What an earlier try left unsaid: the file was not at fault. */
const undecided = new Set(['upload-cut', 'preparer-failed', 'unavailable', 'memory-folder']);

/** Does with a file that is all here what it came for: publishes the version, or takes the key list. Once, however often it is begun. */
export class TakeInFile {
  readonly #working = new Map<string, AbortController>();
  readonly #holds: Holds;

  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {
    this.#holds = new Holds(context);
  }

  /**
   * Works on it unless somebody does. Throws the Refusal that the file is given; the arrival then ended with it, unless it was the
   * exchange's own trouble: then the file stays, and is tried again.
   */
  async execute(actor: Actor, { id }: Arrival, holder = randomId()): Promise<void> {
    const stop = new AbortController();
    await this.#holds.during(
      id,
      'arrived',
      holder,
      () => stop.abort(),
      async () => {
        const arrival = await this.context.transactions.run((stores) => stores.arrivals.get(id));
        if (arrival?.state !== 'arrived') return;
        this.#working.set(id, stop);
        try {
          await this.work(actor, arrival, stop.signal);
        } catch (error) {
          // `upload-cut`: the hold was lost, or somebody cancelled it, and then it has ended already.
          const isOurs = !(error instanceof Refusal) || error.status === 503 || error.code === 'upload-cut';
          if (!isOurs || arrival.attempts >= mostAttempts)
            await this.end(id, 'failed', error instanceof Refusal ? error : refuse('preparer-failed'));
          throw error;
        } finally {
          this.#working.delete(id);
        }
        await this.end(id, 'taken');
      },
    );
  }

  /** Those that are all here and that nobody works on: their process ended. Each in its sender's name, if that one still may. */
  async executeLeft(onTrouble: (error: unknown) => void): Promise<void> {
    const now = this.context.clock.now().toISOString();
    for (const arrival of await this.context.transactions.run((stores) => stores.arrivals.left(now))) {
      const actor = await this.context.transactions.run((stores) => actorOf(stores, arrival.person, arrival.department));
      if (actor) await this.execute(actor, arrival).catch((error) => error instanceof Refusal || onTrouble(error));
      else await this.end(arrival.id, 'failed', refuse('not-allowed'));
    }
  }

  /** Ends the work on it in this process, if there is any. */
  stop(id: string): void {
    this.#working.get(id)?.abort();
  }

  /** Ends an arrival, and removes its pieces. */
  async end(id: string, state: 'taken' | 'failed', refusal?: Refusal): Promise<void> {
    const names = await this.context.transactions.run((stores) => stores.arrivals.end(id, state, refusal?.toProblem()));
    // A crash here leaves objects that nothing names and nothing opens: the sweep of orphans removes them.
    for (const name of names ?? []) await this.data.store.remove(name);
  }

  private async work(actor: Actor, arrival: Arrival, signal: AbortSignal): Promise<void> {
    if (await this.wasTaken(arrival)) return;
    const { id, dataset, said } = arrival;
    const pieces = await this.context.transactions.run((stores) => stores.arrivals.pieces(id));
    const identity = openIdentity(this.context, arrival);
    const { fileName, item = '' } = said;
    if (arrival.purpose === 'key-list') {
      const source = Readable.from(readPieces(this.data.store, identity, pieces, said.sha256), { objectMode: false });
      await new TakeKeyList(this.context, this.data).execute(actor, { id, dataset, item, fileName }, source, signal);
      return;
    }
    // The process that reads the file compares its digest.
    const source = Readable.from(readPieces(this.data.store, identity, pieces), { objectMode: false });
    const { noSecrets = false, leaveOutFaulty, form = {}, sha256 } = said;
    const request = { dataset, fileName, sha256, upload: id, noSecrets, leaveOutFaulty, form, isAnotherTry: true };
    await new PublishVersion(this.context, this.data).execute(actor, request, source, signal);
  }

  // Both outcomes carry the arrival's id, and stand in the database since the transaction that made them.
  private wasTaken({ id, purpose, department }: Arrival): Promise<boolean> {
    return this.context.transactions.run(async (stores) => {
      if (purpose === 'key-list') return (await stores.keyLists.get(id)) !== undefined;
      const upload = await stores.uploads.get(id);
      if (upload && upload.department !== department) throw refuse('already-exists', { what: id });
      if (upload?.problem && !undecided.has(upload.problem.code)) throw refusalOf(upload.problem);
      return upload?.state === 'proposed';
    });
  }
}
