import type { Actor } from '../actor.js';
import type { ExchangeContext } from '../context.js';
import { checkCountedPassword } from './counted-password.js';

/**
 * The actor, known to have given the password again; as they were when none was given, and `propose` then refuses what needs one. A
 * password that is given is always checked, and its failures count. Throws Refusal bad-login, locked-out.
 */
export async function confirmedBy(context: ExchangeContext, actor: Actor, password: string | undefined): Promise<Actor> {
  if (password === undefined) return actor;
  const person = await context.transactions.run((stores) => stores.people.get(actor.person));
  await checkCountedPassword(context, person, password);
  return { ...actor, confirmed: true };
}
