import { refuse, type Role } from '#contracts';

/** Who calls: a person acting for one department, with the roles that the ledger says they hold there. */
export interface Actor {
  readonly person: string;
  readonly department: string;
  readonly roles: readonly Role[];
  /** The department is the competent one. */
  readonly competent: boolean;
  /** What this call makes, when the caller named it: the same call again is answered and not done again. */
  readonly intent?: Intent;
  /** They gave their password again with this call. */
  readonly confirmed?: boolean;
}

/** A call that is to make one statement, however often it arrives. */
export interface Intent {
  /** The id that its statement gets. */
  readonly id: string;
  /** SHA-256 of route, object and body, hex: the same id for anything else is refused. */
  readonly digest: string;
}

/** Throws Refusal not-allowed unless the actor holds one of the roles. */
export function requireRole(actor: Actor, ...roles: Role[]): void {
  if (!roles.some((role) => actor.roles.includes(role))) throw refuse('not-allowed');
}

/** Supervisors and office heads of the competent department see every department's affairs (Art. 29, 38). */
export function seesEverything(actor: Actor): boolean {
  return actor.competent && (actor.roles.includes('supervisor') || actor.roles.includes('office-head'));
}

/**
 * The object, if one of its parties is the actor's department or the actor sees everything; otherwise Refusal `unknown`, the same as for
 * an object that does not exist.
 */
export function knownTo<T>(actor: Actor, found: T | undefined, parties: (found: T) => readonly string[]): T {
  if (found !== undefined && (seesEverything(actor) || parties(found).includes(actor.department))) return found;
  throw refuse('unknown');
}
