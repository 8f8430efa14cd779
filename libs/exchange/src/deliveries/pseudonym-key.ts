import type { Purpose } from '#contracts';
import { randomKey, sha256Hex } from '#crypto';
import type { ExchangeContext } from '../context.js';
import type { Stores } from '../ports.js';

/**
 * The HMAC key of pseudonyms for one grantee and purpose: the same person has the same pseudonym in all that this grantee gets for this
 * purpose, and another one elsewhere. Made at first use; under the vault key ever after.
 */
export async function openPseudonymKey(
  context: ExchangeContext,
  stores: Stores,
  of: { grantee: string; purpose: Purpose },
): Promise<Uint8Array> {
  const name = `pseudonym-key:${sha256Hex(`${of.grantee}:${of.purpose.basis}:${of.purpose.scenario}`)}`;
  const kept = await stores.secrets.get(name);
  if (kept) return context.vault.open(name, kept);
  // Two at once: the first row stays, and both read it.
  await stores.secrets.putIfAbsent(name, context.vault.seal(name, randomKey()));
  const now = await stores.secrets.get(name);
  if (!now) throw new Error('A secret that was just kept is gone');
  return context.vault.open(name, now);
}
