import { routes } from '#contracts';
import { encodeCanonical } from '#crypto';
import { isSameLedger, openTrustRoot, type TrustRoot } from '#ledger';
import { readFileSync } from 'node:fs';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { fingerprintOf, Roots } from '../store/roots.js';

/** Asks the exchange for the trust root that it claims. Nothing is believed by that alone. */
export async function askTrustRoot(desk: Desk): Promise<TrustRoot> {
  const answer = await desk.publicClient().call(routes.trustRoot, {});
  return openTrustRoot(encodeCanonical(answer as Parameters<typeof encodeCanonical>[0]));
}

/**
 * The trust root that signing and receiving rest on: the one in `file` when named, else the pinned one. At first sight the exchange's
 * own is pinned, and the person told to compare it; from then on another one is refused, whoever sends it.
 */
export async function trustedRoot(desk: Desk, file?: string): Promise<TrustRoot> {
  if (file !== undefined) return openTrustRoot(readFileSync(file));
  const { server } = desk.session;
  const roots = new Roots(desk.folder);
  const pinned = roots.find(server);
  if (pinned) return pinned.root;
  const root = await askTrustRoot(desk);
  roots.pin(server, root, 'exchange');
  desk.out.note({
    zh: `首次使用：已记住平台自报的信任根，指纹 ${fingerprintOf(root)}。请经其他渠道与主管部门核对。`,
    en: `First use: the trust root that the exchange states is now pinned, fingerprint ${fingerprintOf(root)}. Compare it with the competent department over another channel.`,
  });
  return root;
}

/**
 * Pins a root that was obtained elsewhere; it takes the place of one believed at first sight, and of no other one: only the witnesses that
 * it names may be others than before, and the person is told.
 */
export function pinRoot(desk: Desk, server: string, root: TrustRoot): void {
  const roots = new Roots(desk.folder);
  const pinned = roots.find(server);
  if (pinned?.from === 'file') {
    if (!isSameLedger(pinned.root, root)) throw differs(server, pinned.root, root);
    const [before, now] = [fingerprintOf(pinned.root), fingerprintOf(root)];
    if (before !== now)
      desk.out.note({
        zh: `账本与首批密钥未变，见证节点有变：原指纹 ${before}，现指纹 ${now}。`,
        en: `The ledger and its first keys are the same; the witnesses changed: fingerprint before ${before}, now ${now}.`,
      });
  }
  roots.pin(server, root, 'file');
}

export function differs(server: string, pinned: TrustRoot, other: TrustRoot): Stop {
  return new Stop('verification', 'trust-root-differs', {
    zh: `${server} 的信任根与已记住的不一致：\n  已记住 ${fingerprintOf(pinned)}\n  现收到 ${fingerprintOf(other)}`,
    en: `The trust root of ${server} is not the one that is pinned:\n  pinned   ${fingerprintOf(pinned)}\n  received ${fingerprintOf(other)}`,
  });
}
