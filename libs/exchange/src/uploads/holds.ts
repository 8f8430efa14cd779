import { refuse } from '#contracts';
import type { ExchangeContext } from '../context.js';
import type { Arrival } from '../ports.js';

/** A process that died, or hangs, holds a file no longer than this. */
const holdMs = 10_000;
const renewEveryMs = 3_000;

/** Who works on an arrival: one at a time, over all processes, by a lease that is renewed while they do. */
export class Holds {
  constructor(private readonly context: ExchangeContext) {}

  /**
   * Does the work while it is held, and gives it back. False, and nothing is done, when somebody else has it. `onLost`: it was taken away;
   * what is still written is refused by the database all the same.
   */
  async during(
    id: string,
    state: 'arriving' | 'arrived',
    holder: string,
    onLost: () => void,
    work: () => Promise<void>,
  ): Promise<boolean> {
    if (!(await this.take(id, state, holder))) return false;
    let renewing = Promise.resolve();
    const timer = setInterval(() => {
      renewing = this.take(id, state, holder).then(
        (isOurs) => (isOurs ? undefined : onLost()),
        // A database that is away for a moment: the hold lasts longer than one renewal.
        () => undefined,
      );
    }, renewEveryMs);
    try {
      await work();
      return true;
    } finally {
      clearInterval(timer);
      await renewing;
      await this.context.transactions.run((stores) => stores.arrivals.release(id, holder)).catch(() => undefined);
    }
  }

  private take(id: string, state: 'arriving' | 'arrived', holder: string): Promise<boolean> {
    const now = this.context.clock.now();
    const until = new Date(now.getTime() + holdMs).toISOString();
    return this.context.transactions.run((stores) => stores.arrivals.hold(id, state, holder, now.toISOString(), until));
  }
}

/** The vault's name for what opens the pieces of an arrival. */
export const identityPurpose = (id: string): string => `arrival-identity:${id}`;

/** What opens the pieces. Throws Refusal upload-gone once it ended. */
export function openIdentity({ vault }: ExchangeContext, { id, identity }: Arrival): string {
  if (!identity) throw refuse('upload-gone');
  return vault.open(identityPurpose(id), identity).toString('utf8');
}
