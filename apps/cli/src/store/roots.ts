import { encodeTrustRoot, openTrustRoot, type TrustRoot } from '#ledger';
import { sha256Hex } from '#crypto';
import { readStored, writeStored } from './folder.js';

interface Pinned {
  readonly root: TrustRoot;
  /** `file`: obtained elsewhere and given to this command; `exchange`: believed at first sight. */
  readonly from: 'file' | 'exchange';
  readonly at: string;
}
const file = 'trust-roots.json';

/** The trust roots that this person believes, one for each exchange. A later answer of the exchange never replaces one. */
export class Roots {
  constructor(private readonly folder: string) {}

  private read(): Record<string, Pinned> {
    return readStored<Record<string, Pinned>>(this.folder, file, {});
  }
  find(server: string): Pinned | undefined {
    const pinned = this.read()[server];
    return pinned && { ...pinned, root: openTrustRoot(encodeTrustRoot(pinned.root)) };
  }
  pin(server: string, root: TrustRoot, from: Pinned['from']): void {
    writeStored(this.folder, file, { ...this.read(), [server]: { root, from, at: new Date().toISOString() } });
  }
}

/** SHA-256 of the trust root's file, in groups of eight digits to be read out over the telephone. */
export function fingerprintOf(root: TrustRoot): string {
  return (sha256Hex(encodeTrustRoot(root)).match(/.{8}/g) ?? []).join(' ');
}
