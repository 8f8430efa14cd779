import type { Clock } from '#exchange';
import type { HashReader, VerifierKey } from '#ledger';
import type { Refusal } from '#contracts';
import { checkpointChannel, listen, PgCosignatureStore, type Database } from '#postgres';
import { checkMayBegin, Gatherer, WitnessDoor, type WitnessPolicy } from '#witnesses';

export interface AskSettings {
  readonly database: Database;
  readonly policy: WitnessPolicy;
  readonly origin: string;
  readonly logKeys: () => Promise<readonly VerifierKey[]>;
  readonly clockSkewMs: number;
  readonly clock: Clock;
  readonly onDoubt: (reason: Refusal) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** The sealer's way to the witnesses: it asks them before it begins, and gathers their cosignatures as long as it holds the lease. */
export interface AskedWitnesses {
  readonly mayBegin: (held: { readonly size: number; readonly hashes: HashReader }) => Promise<void>;
  readonly onHeld: (isHeld: boolean) => void;
  close(): Promise<void>;
}

/** Makes it of a policy; a policy without witnesses asks nobody. */
export async function askWitnesses(settings: AskSettings): Promise<AskedWitnesses> {
  const { database, policy, origin, logKeys, clockSkewMs, clock, onDoubt, onTrouble } = settings;
  const now = () => clock.now();
  const doors = policy.witnesses.map((witness) => new WitnessDoor(witness, now));
  const store = new PgCosignatureStore(database.pool);
  let gatherer: Gatherer | undefined;
  let stopping = new AbortController();
  let gathering = Promise.resolve();
  const wake = (): void => gatherer?.wake();
  const listening = await listen(database, [checkpointChannel], wake, wake);
  return {
    mayBegin: ({ size, hashes }) => checkMayBegin({ policy, doors, origin, logKeys, size, hashes, clockSkewMs }),
    onHeld(isHeld) {
      stopping.abort();
      gatherer = undefined;
      if (!isHeld) return;
      stopping = new AbortController();
      gatherer = new Gatherer({ policy, doors, origin, logKeys, store, clockSkewMs, onDoubt, onTrouble, now });
      // What an earlier one still does ends with its abort; two at once would do no harm, for all that they write is kept once.
      gathering = Promise.all([gathering, gatherer.run(stopping.signal)]).then(() => {});
    },
    async close() {
      stopping.abort();
      await gathering;
      await listening.close();
    },
  };
}
