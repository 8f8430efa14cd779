import { LedgerFault, readExport, verifyLedger, type FaultCode, type Seen, type TrustRoot, type VerifyReport } from '#ledger';
import { equalBytes } from '#crypto';
import { foldRights } from '#rights';
import type { Sentence } from '#contracts';

/** What a check of the whole ledger is given. */
export interface Walk {
  readonly root: TrustRoot;
  readonly seen?: Seen | undefined;
  /** An entry whose bytes are compared with those that stand at its index. */
  readonly entry?: { readonly index: number; readonly bytes: Uint8Array } | undefined;
}
/** What it found. A fault names the first wrong entry. */
export type Verdict =
  | {
      readonly kind: 'clean';
      readonly report: VerifyReport;
      /** Whether the ledger holds the entry, byte for byte. */
      readonly holds: 'yes' | 'no' | 'missing' | 'not-asked';
    }
  | { readonly kind: 'fault'; readonly code: FaultCode; readonly index: number; readonly sentence: Sentence };

/**
 * Verifies an export of the ledger by the same code as the command `verify`: every byte, the chain, every signature by keys as they stood
 * at its index, the rules of the register and of rights. Believes only `root` and `seen`.
 */
export async function walkLedger(
  chunks: AsyncIterable<Uint8Array>,
  { root, seen, entry }: Walk,
  onEntry: (size: number) => void = () => {},
): Promise<Verdict> {
  let holds: 'yes' | 'no' | 'missing' | 'not-asked' = entry ? 'missing' : 'not-asked';
  async function* watched() {
    let index = 0;
    for await (const bytes of readExport(chunks)) {
      if (entry && index === entry.index) holds = equalBytes(bytes, entry.bytes) ? 'yes' : 'no';
      index++;
      yield bytes;
    }
  }
  try {
    const report = await verifyLedger(watched(), root, { folds: [foldRights], onEntry, ...(seen ? { seen } : {}) });
    return { kind: 'clean', report, holds };
  } catch (error) {
    if (!(error instanceof LedgerFault)) throw error;
    const { code, index } = error;
    return { kind: 'fault', code, index, sentence: { zh: error.sentence('zh'), en: error.sentence('en') } };
  }
}
