import { encodeCanonical, sha256Hex } from '#crypto';
import { encodeTrustRoot, openTrustRoot, type TrustRoot } from '#ledger';
import { client, routes } from './api';

const storageKey = 'quanlian.trust-root';

/** SHA-256 of the root's canonical bytes: read out over another channel it shows that two sides mean the same ledger. */
export function fingerprintOf(root: TrustRoot): string {
  return sha256Hex(encodeTrustRoot(root));
}

/** The exchange now states another trust root than this browser knows. */
export class TrustRootDiffers extends Error {
  override readonly name = 'TrustRootDiffers';
  readonly sentence: { readonly zh: string; readonly en: string };
  constructor(pinned: string, received: string) {
    super('The trust root differs');
    this.sentence = {
      zh: `平台的信任根与本浏览器已记住的不一致（已记住 ${pinned.slice(0, 16)}…，现收到 ${received.slice(0, 16)}…）。请停止操作，与主管部门核对。`,
      en: `The exchange’s trust root is not the one this browser knows (known ${pinned.slice(0, 16)}…, received ${received.slice(0, 16)}…). Stop, and compare with the competent department.`,
    };
  }
}

/**
 * The trust root that signing and checking rest on: the one this browser remembers. At first sight the exchange's own is remembered, and
 * people compare its fingerprint; from then on another one is refused, whoever sends it. Throws TrustRootDiffers, CallError.
 */
export async function trustedRoot(): Promise<TrustRoot> {
  const answer = await client.call(routes.trustRoot, {});
  const received = openTrustRoot(encodeCanonical(answer as Parameters<typeof encodeCanonical>[0]));
  const text = new TextDecoder().decode(encodeTrustRoot(received));
  const pinned = localStorage.getItem(storageKey);
  if (pinned === null) localStorage.setItem(storageKey, text);
  else if (pinned !== text) {
    const known = openTrustRoot(new TextEncoder().encode(pinned));
    throw new TrustRootDiffers(fingerprintOf(known), fingerprintOf(received));
  }
  return received;
}
