import { encodeCanonical, sha256Hex } from '#crypto';
import { encodeTrustRoot, isSameLedger, openTrustRoot, type TrustRoot } from '#ledger';
import { useQuery } from '@tanstack/react-query';
import { client, queryClient, routes } from './api';

const storageKey = 'quanlian.trust';
const queryKey = ['trust-root'] as const;

/** A trust root and where it came from. */
export interface Trust {
  readonly root: TrustRoot;
  /** `file`: obtained elsewhere and given to this browser; `exchange`: believed at first sight, so nobody has compared it. */
  readonly from: 'file' | 'exchange';
}

/** SHA-256 of the root's canonical bytes: read out over another channel it shows that two sides mean the same ledger. */
export function fingerprintOf(root: TrustRoot): string {
  return sha256Hex(encodeTrustRoot(root));
}

/** The exchange now states another trust root than this browser knows. */
export class TrustRootDiffers extends Error {
  override readonly name = 'TrustRootDiffers';
  readonly sentence: { readonly zh: string; readonly en: string };
  constructor(known: string, received: string) {
    super('The trust root differs');
    this.sentence = {
      zh: `信任根与本浏览器已记住的不一致（已记住 ${known.slice(0, 16)}…，现收到 ${received.slice(0, 16)}…）。请停止操作，与主管部门核对。`,
      en: `The trust root is not the one this browser knows (known ${known.slice(0, 16)}…, received ${received.slice(0, 16)}…). Stop, and compare with the competent department.`,
    };
  }
}

function known(): Trust | undefined {
  const text = localStorage.getItem(storageKey);
  if (text === null) return undefined;
  const { root, from } = JSON.parse(text) as Trust;
  return { root: openTrustRoot(encodeTrustRoot(root)), from };
}

function remember(trust: Trust): void {
  localStorage.setItem(storageKey, JSON.stringify(trust));
}

/** The trust root that the exchange states now. Nothing is believed by that alone. */
async function statedRoot(): Promise<TrustRoot> {
  const answer = await client.call(routes.trustRoot, {});
  return openTrustRoot(encodeCanonical(answer as Parameters<typeof encodeCanonical>[0]));
}

/**
 * The trust root that signing and checking rest on: the one this browser remembers. At first sight the exchange's own is remembered, and
 * people compare its fingerprint or load the file; from then on another one is refused, whoever sends it. Throws TrustRootDiffers, CallError.
 */
export async function trustNow(): Promise<Trust> {
  const trust = known();
  const stated = await statedRoot();
  if (trust && !isSameLedger(trust.root, stated)) throw new TrustRootDiffers(fingerprintOf(trust.root), fingerprintOf(stated));
  if (trust) return trust;
  const first: Trust = { root: stated, from: 'exchange' };
  remember(first);
  return first;
}

/** The root of `trustNow`. */
export const trustedRoot = async (): Promise<TrustRoot> => (await trustNow()).root;

/**
 * Remembers the root of a file that was obtained elsewhere; it takes the place of one believed at first sight, and of no other one:
 * only the witnesses may be others than before. Throws Refusal `bad-input` for another kind of file, TrustRootDiffers.
 */
export async function rememberRootFile(bytes: Uint8Array): Promise<void> {
  const root = openTrustRoot(bytes);
  const before = known();
  if (before?.from === 'file' && !isSameLedger(before.root, root))
    throw new TrustRootDiffers(fingerprintOf(before.root), fingerprintOf(root));
  remember({ root, from: 'file' });
  await queryClient.invalidateQueries({ queryKey });
}

/** Forgets the root: the next one seen is believed at first sight again. */
export async function forgetRoot(): Promise<void> {
  localStorage.removeItem(storageKey);
  await queryClient.invalidateQueries({ queryKey });
}

/** `trustNow` for a component; an error may be TrustRootDiffers. */
export function useTrust() {
  return useQuery({ queryKey, queryFn: trustNow, retry: false, staleTime: 300_000 });
}
