import { setTimeout as sleep } from 'node:timers/promises';
import { refuse, Refusal } from '#contracts';
import {
  asksForQuorum,
  encodeAddCheckpoint,
  encodeSignature,
  encodeVerifierKey,
  proveConsistency,
  reachesQuorum,
  type SignedCheckpoint,
  type VerifierKey,
  type VerifiedSignature,
} from '#ledger';
import { checkClock } from './may-begin.js';
import { WitnessClocks } from './clocks.js';
import type { CosignatureStore } from './ports.js';
import type { WitnessPolicy } from './read-policy.js';
import type { Told, WitnessDoor } from './witness-door.js';

const waitLeastMs = 100;
const waitMostMs = 5_000;
/** How often a witness that has nothing to cosign is asked whether it is there, and what time it is. */
const greetEveryMs = 15_000;

export interface GatherSettings {
  readonly policy: WitnessPolicy;
  readonly doors: readonly WitnessDoor[];
  readonly origin: string;
  /** Every key that ever spoke for the log. */
  readonly logKeys: () => Promise<readonly VerifierKey[]>;
  readonly store: CosignatureStore;
  readonly clockSkewMs: number;
  /** Something is known that forbids to seal: a witness is ahead, or the clock is wrong. */
  readonly onDoubt: (reason: Refusal) => void;
  readonly onTrouble: (error: unknown) => void;
  readonly now?: () => Date;
}

/** A checkpoint that witnesses are being asked to cosign. */
interface Round {
  readonly checkpoint: SignedCheckpoint;
  /** Signature lines by verifier key. */
  readonly lines: Map<string, string>;
  isWitnessed: boolean;
}

/**
 * Gathers cosignatures, in rounds: all witnesses are asked for the same checkpoint, so that a quorum comes together for one size however
 * differently fast they are. The next round takes the newest checkpoint, whatever lies between. Each witness is asked in a loop of its
 * own, so one that is slow or dead delays nobody; what it says late is kept, too. A crash anywhere leaves cosignatures that are kept,
 * and witnesses that are further than we know: they say so when asked again.
 */
export class Gatherer {
  private readonly clocks = new WitnessClocks();
  private readonly now: () => Date;
  private round: Round | undefined;
  /** The largest size that a witness said it has cosigned. */
  private toldSize = 0;
  private isWanted = false;
  private advancing: Promise<void> | undefined;
  private readonly sleepers = new Set<() => void>();

  constructor(private readonly settings: GatherSettings) {
    this.now = settings.now ?? (() => new Date());
  }

  /** Call it when there is a new checkpoint, or may be. */
  readonly wake = (): void => {
    this.isWanted = true;
    this.advancing ??= this.advance();
  };

  /** Gathers until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { doors, store, onTrouble } = this.settings;
    const witnesses = doors.map(({ witness: { name, key, url } }) => ({ name, key: encodeVerifierKey(key), url }));
    await store.setWitnesses(witnesses).catch(onTrouble);
    this.wake();
    await Promise.all(doors.map((door) => this.serve(door, signal)));
    await this.advancing;
  }

  private async advance(): Promise<void> {
    try {
      while (this.isWanted) {
        this.isWanted = false;
        await this.beginRound();
      }
    } catch (error) {
      this.settings.onTrouble(error);
      // A database that is away: somebody will ask again.
      setTimeout(this.wake, 1_000).unref();
    } finally {
      this.advancing = undefined;
    }
  }

  private async beginRound(): Promise<void> {
    const { store, policy } = this.settings;
    const { round } = this;
    // A round that nobody can finish, since a witness is beyond it, gives way as well.
    const isOver = !round || round.isWitnessed || !asksForQuorum(policy) || this.toldSize > round.checkpoint.size;
    if (!isOver) return;
    const checkpoint = await store.lastCheckpoint();
    if (!checkpoint || checkpoint.size <= (round?.checkpoint.size ?? 0)) return;
    const witnessed = await store.lastWitnessed();
    const next: Round = {
      checkpoint,
      lines: await store.cosignatures(checkpoint.size),
      isWitnessed: (witnessed?.size ?? 0) >= checkpoint.size,
    };
    this.round = next;
    await this.completeIfReached(next);
    for (const stir of this.sleepers) stir();
  }

  /** Keeps the note once the quorum is reached: with all cosignatures that are there at this moment. */
  private async completeIfReached(round: Round): Promise<void> {
    const { policy, store } = this.settings;
    if (round.isWitnessed || !asksForQuorum(policy)) return;
    const cosigners = policy.witnesses.map(({ key }) => key).filter((key) => round.lines.has(encodeVerifierKey(key)));
    if (!reachesQuorum(policy, cosigners)) return;
    const { size, note } = round.checkpoint;
    const lines = cosigners.map((key) => `${round.lines.get(encodeVerifierKey(key))}\n`);
    round.isWitnessed = true;
    try {
      await store.putWitnessed({ size, note: note + lines.join(''), witnessedAt: this.now().toISOString() });
    } catch (error) {
      round.isWitnessed = false;
      throw error;
    }
  }

  private async serve(door: WitnessDoor, signal: AbortSignal): Promise<void> {
    const { name, key } = door.witness;
    const id = encodeVerifierKey(key);
    let knownSize = 0;
    let doneSize = 0;
    let failures = 0;
    while (!signal.aborted) {
      const { round } = this;
      try {
        if (!round || round.checkpoint.size <= doneSize || round.lines.has(id)) {
          if (await this.stirred(round, signal)) continue;
          await this.greet(door, signal);
        } else {
          const { size } = round.checkpoint;
          const told = await this.ask(door, round, Math.min(knownSize, size), signal);
          if (told.kind === 'conflict') {
            // Told the same again: it does not take the size that it named itself.
            if (told.size === knownSize) throw refuse('witness-answer-wrong', { witness: name, reason: '409' });
            knownSize = told.size;
            if (told.size > size) await this.lookAhead(door, told.size, signal);
          } else {
            await this.keep(door, round, told.cosignature);
            knownSize = doneSize = size;
          }
        }
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        await this.fail(name, error);
        // The signal ends the wait, and the loop sees it.
        await sleep(Math.min(waitMostMs, waitLeastMs * 2 ** failures++), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async ask(door: WitnessDoor, { checkpoint }: Round, oldSize: number, signal: AbortSignal) {
    const { size, note } = checkpoint;
    const proof = await proveConsistency(this.settings.store.hashes(size), oldSize, size);
    const told = await door.add(encodeAddCheckpoint(oldSize, proof, note), note, signal);
    this.hear(door, told);
    return told.said;
  }

  private async keep(
    { witness: { name, key } }: WitnessDoor,
    round: Round,
    cosignature: VerifiedSignature & { readonly timeSeconds: number },
  ): Promise<void> {
    const { size } = round.checkpoint;
    const line = encodeSignature(cosignature).slice(0, -1);
    const witness = encodeVerifierKey(key);
    const cosignedAt = new Date(cosignature.timeSeconds * 1_000).toISOString();
    await this.settings.store.keep({ size, name, witness, line, cosignedAt });
    round.lines.set(witness, line);
    // Kept before it is told: whoever reads the checkpoint on hearing of it finds the line, whether the quorum came before it or after.
    if (round.isWitnessed) await this.settings.store.tellLate(size);
    await this.completeIfReached(round);
    this.wake();
  }

  /** A witness says that it is beyond the round. Beyond the log itself it may be only if the database was set back, or if it lies. */
  private async lookAhead(door: WitnessDoor, told: number, signal: AbortSignal): Promise<void> {
    const { store, origin, logKeys, onDoubt } = this.settings;
    const newest = (await store.lastCheckpoint())?.size ?? 0;
    if (told <= newest) {
      this.toldSize = Math.max(this.toldSize, told);
      this.wake();
      await this.advancing;
      return;
    }
    const { said } = await door.last(origin, await logKeys(), signal);
    const witness = door.witness.name;
    if (!said || said.size <= newest) throw refuse('witness-answer-wrong', { witness, reason: '409' });
    const ahead = refuse('witness-ahead', { witness, witnessed: said.size, size: newest });
    onDoubt(ahead);
    throw ahead;
  }

  private async greet(door: WitnessDoor, signal: AbortSignal): Promise<void> {
    const { origin, logKeys, store } = this.settings;
    this.hear(door, await door.last(origin, await logKeys(), signal));
    await store.setStanding(door.witness.name, undefined, this.now().toISOString());
  }

  private hear({ witness }: WitnessDoor, { clockOffMs }: Told<unknown>): void {
    const { clockSkewMs, onDoubt } = this.settings;
    this.clocks.hear(witness.name, clockOffMs);
    try {
      checkClock(this.clocks.medianMs(), clockSkewMs);
    } catch (error) {
      this.clocks.forget();
      if (error instanceof Refusal) onDoubt(error);
    }
  }

  private async fail(name: string, error: unknown): Promise<void> {
    const { store, onTrouble } = this.settings;
    if (!(error instanceof Refusal)) return onTrouble(error);
    await store.setStanding(name, error.toProblem(), this.now().toISOString()).catch(onTrouble);
  }

  /** Waits for another round than this one. False: it is time to look whether the witness is there. */
  private async stirred(round: Round | undefined, signal: AbortSignal): Promise<boolean> {
    if (this.round !== round) return true;
    return new Promise((resolve) => {
      const end = (isStirred: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stir);
        this.sleepers.delete(stir);
        resolve(isStirred);
      };
      const stir = () => end(true);
      const timer = setTimeout(() => end(false), greetEveryMs);
      signal.addEventListener('abort', stir);
      this.sleepers.add(stir);
    });
  }
}
