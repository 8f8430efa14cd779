import { refuse } from '#contracts';
import { checkPassword, checkPasswordOfNobody } from '#crypto';
import type { ExchangeContext } from '../context.js';
import type { Person } from '../ports.js';

/** After this many failures in a row an account rests; each further failure doubles the rest, up to a day. */
const failuresAllowed = 5;
const firstRestMs = 60_000;
const longestRestMs = 24 * 3_600_000;

/**
 * Checks a password and counts the failures. Throws Refusal bad-login or locked-out; an unknown person costs the same argon2 work, so
 * the time does not tell which names exist.
 */
export async function checkCountedPassword(
  context: ExchangeContext,
  person: Person | undefined,
  password: string,
): Promise<Person> {
  const now = context.clock.now();
  if (!person || person.erasedAt !== undefined) {
    await checkPasswordOfNobody(password);
    throw refuse('bad-login');
  }
  if (person.lockedUntil !== undefined && person.lockedUntil > now.toISOString()) {
    await checkPasswordOfNobody(password);
    const seconds = Math.ceil((Date.parse(person.lockedUntil) - now.getTime()) / 1000);
    throw refuse('locked-out', { minutes: Math.ceil(seconds / 60), seconds });
  }
  if (await checkPassword(person.passwordHash, password)) {
    if (person.failures > 0) await context.transactions.run((stores) => stores.people.clearFailures(person.id));
    return person;
  }
  const over = person.failures + 1 - failuresAllowed;
  const restMs = over < 0 ? 0 : Math.min(firstRestMs * 2 ** over, longestRestMs);
  const lockedUntil = restMs > 0 ? new Date(now.getTime() + restMs).toISOString() : undefined;
  await context.transactions.run((stores) => stores.people.countFailure(person.id, lockedUntil));
  throw refuse('bad-login');
}
