import { setTimeout as sleep } from 'node:timers/promises';
import { refuse, Refusal } from '#contracts';
import { equalBytes } from '#crypto';
import { meetsEveryQuorum, readRoot, type HashReader, type OpenedCheckpoint, type VerifierKey } from '#ledger';
import { medianOf } from './clocks.js';
import type { WitnessPolicy } from './read-policy.js';
import type { Told, WitnessDoor } from './witness-door.js';

/** How long the others may still take once enough have answered: what they know is welcome, and not needed. */
const graceMs = 250;

export interface MayBeginQuestion {
  readonly policy: WitnessPolicy;
  readonly doors: readonly WitnessDoor[];
  readonly origin: string;
  /** Every key that ever spoke for the log. */
  readonly logKeys: () => Promise<readonly VerifierKey[]>;
  /** Entries that are there. */
  readonly size: number;
  readonly hashes: HashReader;
  readonly clockSkewMs: number;
}

/**
 * Asks every witness for its last checkpoint, before anything is signed or sealed: a database that was set back could else give a size a
 * second root, or promise what was promised otherwise before. Enough must answer that none of our checkpoints can have reached the
 * quorum without one of them. Throws Refusal `witness-ahead`, `witness-other-root`, `witnesses-too-few`, `clock-off`.
 */
export async function checkMayBegin(question: MayBeginQuestion): Promise<void> {
  const { policy, size, hashes, clockSkewMs } = question;
  const answers = await askAll(question);
  for (const { witness, said } of answers) {
    if (!said) continue;
    if (said.size > size) throw refuse('witness-ahead', { witness, witnessed: said.size, size });
    if (!equalBytes(said.root, await readRoot(hashes, said.size))) {
      throw refuse('witness-other-root', { witness, witnessed: said.size });
    }
  }
  const keys = policy.witnesses.filter(({ name }) => answers.some(({ witness }) => witness === name)).map(({ key }) => key);
  if (!meetsEveryQuorum(policy, keys)) {
    throw refuse('witnesses-too-few', { answered: answers.length, of: policy.witnesses.length });
  }
  checkClock(medianOf(answers.flatMap(({ clockOffMs }) => clockOffMs ?? [])), clockSkewMs);
}

/** Throws Refusal `clock-off` when ours is further from theirs than allowed. */
export function checkClock(medianMs: number | undefined, clockSkewMs: number): void {
  if (medianMs === undefined || Math.abs(medianMs) <= clockSkewMs) return;
  const seconds = Math.round(-medianMs / 1_000);
  throw refuse('clock-off', { seconds, limit: Math.round(clockSkewMs / 1_000) });
}

type Answer = Told<OpenedCheckpoint | undefined> & { readonly witness: string };

/** What they answer, until all have, or enough have and the others had their moment. Silence and nonsense are no answers. */
async function askAll({ policy, doors, origin, logKeys }: MayBeginQuestion): Promise<readonly Answer[]> {
  const keysOfLog = await logKeys();
  const answers: Answer[] = [];
  const answered: VerifierKey[] = [];
  const giveUp = new AbortController();
  let enough = (): void => {};
  const isEnough = new Promise<void>((resolve) => (enough = resolve));
  const all = Promise.all(
    doors.map(async (door) => {
      try {
        const told = await door.last(origin, keysOfLog, giveUp.signal);
        answers.push({ ...told, witness: door.witness.name });
        answered.push(door.witness.key);
        if (meetsEveryQuorum(policy, answered)) enough();
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }),
  );
  await Promise.race([all, isEnough.then(() => sleep(graceMs))]);
  giveUp.abort();
  await all;
  return answers;
}
