import type { StateView } from '#contracts';
import { verifierKeyOf, type VerifierKey } from './log/verifier-key.js';
import { keysInForce, LOG } from './register.js';

/** The keys by which the log `origin` speaks in this view, the newest first: one of them must have signed a checkpoint that ends here. */
export function verifierKeysOfLog(origin: string, view: StateView): VerifierKey[] {
  return keysInForce(view, LOG).map(({ state }) => verifierKeyOf(origin, 'ed25519', state.publicKey));
}
