import { ed25519 } from '@noble/curves/ed25519.js';

// Runs in the browser as well as in Node.

export type PublicKeyFault = 'signature-key-length' | 'signature-key-not-canonical' | 'signature-key-low-order';

/**
 * What is wrong with the 32 bytes of an Ed25519 public key, or undefined if they are the one encoding of a point of the prime-order
 * group. RFC 8032 §5.1.3 asks for the canonical encoding; keys of small order accept signatures over any message, and keys with a
 * component of small order make verifiers disagree. Native verification checks none of this, so it happens here, once a key.
 */
export function publicKeyFault(raw: Uint8Array): PublicKeyFault | undefined {
  if (raw.length !== 32) return 'signature-key-length';
  let point;
  try {
    point = ed25519.Point.fromBytes(raw, false);
  } catch {
    return 'signature-key-not-canonical';
  }
  return point.isSmallOrder() || !point.isTorsionFree() ? 'signature-key-low-order' : undefined;
}
