import { refuse } from '#contracts';
import { hashPassword } from '#crypto';
import type { Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import type { Credential } from '../ports.js';
import { checkCountedPassword } from './counted-password.js';

/** A person's own sessions and tokens. */
export class OwnSessions {
  constructor(private readonly context: ExchangeContext) {}

  list(actor: Actor): Promise<Credential[]> {
    return this.context.transactions.run((stores) => stores.credentials.list(actor.person));
  }

  /** Ends all but the one that is used; how many they were. */
  endOthers(actor: Actor, kept: string): Promise<number> {
    return this.context.transactions.run((stores) => stores.credentials.revokeOthers(actor.person, kept));
  }

  /** Throws Refusal unknown unless it is the actor's own. */
  async end(actor: Actor, id: string): Promise<void> {
    if (!(await this.context.transactions.run((stores) => stores.credentials.revoke(actor.person, id)))) throw refuse('unknown');
  }
}

/** Changes one's own password and ends every session and token: whoever knew the old one is out. */
export class ChangePassword {
  constructor(private readonly context: ExchangeContext) {}

  /** Throws Refusal bad-login, locked-out, weak-password. */
  async execute(actor: Actor, current: string, next: string): Promise<void> {
    const found = await this.context.transactions.run((stores) => stores.people.get(actor.person));
    const person = await checkCountedPassword(this.context, found, current);
    checkPasswordStrength(person.login, next);
    const hash = await hashPassword(next);
    await this.context.transactions.run(async (stores) => {
      await stores.people.setPassword(person.id, hash);
      await stores.credentials.revokeAll(person.id);
    });
  }
}

/** Throws Refusal weak-password. Length over composition (NIST SP 800-63B §5.1.1.2). */
export function checkPasswordStrength(login: string, password: string): void {
  if ([...password].length < 12 || password.toLowerCase().includes(login.toLowerCase())) {
    throw refuse('weak-password', {}, { field: 'password' });
  }
}
