import { refuse } from '#contracts';
import { sha256Hex } from '#crypto';
import type { Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import type { Credential, Stores } from '../ports.js';

const touchEveryMs = 60_000;

/** Makes an actor of a session's or token's secret and the department it wants to act for. */
export class Authenticate {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal not-logged-in for anything that is not a credential in force, unknown for a department the person has no role in. */
  async execute(secret: string, department?: string): Promise<{ actor: Actor; credential: Credential }> {
    return this.context.transactions.run(async (stores) => {
      const now = instantNow(this.context);
      const credential = await stores.credentials.find(sha256Hex(secret), now);
      if (!credential) throw refuse('not-logged-in');
      const actor = await actorOf(stores, credential.person, department);
      if (!actor) throw refuse(department === undefined ? 'not-logged-in' : 'unknown');
      const lastUsed = credential.lastUsedAt === undefined ? 0 : Date.parse(credential.lastUsedAt);
      // One write a minute at most: otherwise every read would cost a write.
      if (Date.parse(now) - lastUsed > touchEveryMs) await stores.credentials.touch(credential.id, now);
      return { actor, credential };
    });
  }
}

/** A person as they act for a department now, or for their first; undefined when they have no role there. */
export async function actorOf(stores: Stores, person: string, department?: string): Promise<Actor | undefined> {
  const memberships = (await stores.states.memberships({ person })).filter((held) => held.state.roles.length > 0);
  const membership = department === undefined ? memberships[0] : memberships.find((held) => held.state.department === department);
  if (!membership) return undefined;
  const of = await stores.states.get('department', membership.state.department);
  const { roles } = membership.state;
  return { person, department: membership.state.department, roles, competent: of?.state.competent ?? false };
}
