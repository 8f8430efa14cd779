import { generateSigningKey, signingKeyOf, type SigningKey, type Vault } from '#crypto';
import type { Secrets } from './ports.js';

const logKeyName = 'log-key';

/** The log key: it signs durable receipts, and later checkpoints. Made at first use; two at once agree on one. */
export async function openLogKey(vault: Vault, secrets: Secrets): Promise<SigningKey> {
  const kept = await secrets.get(logKeyName);
  if (kept) return signingKeyOf(vault.open(logKeyName, kept));
  await secrets.putIfAbsent(logKeyName, vault.seal(logKeyName, generateSigningKey().privateSeed));
  return openLogKey(vault, secrets);
}
