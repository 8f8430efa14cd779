import { Refusal } from '#contracts';
import { checkAdmission, openEntry, statementDigest, type AdmissionReceipt, type VerifyReport } from '#ledger';

/** What became of the exchange's promises to seal. */
export interface Promises {
  /** Sealed as promised. */
  readonly kept: readonly string[];
  /** Sealed, but after the promised time: for an end, what left in between left in spite of it. */
  readonly late: readonly LateSeal[];
  /** Their time is not over, as far as this ledger reaches. */
  readonly open: readonly string[];
  /** Their time is over and the ledger has them not. */
  readonly broken: readonly AdmissionReceipt[];
}

export interface LateSeal {
  readonly statement: string;
  readonly sealBy: string;
  readonly sealedAt: string;
}

/** Looks for promised statements while a ledger goes by. */
export class PromiseWatch {
  private readonly waiting: Map<string, AdmissionReceipt>;
  private readonly kept: string[] = [];
  private readonly late: { readonly receipt: AdmissionReceipt; readonly sealedAt: string }[] = [];

  constructor(
    private readonly origin: string,
    receipts: readonly AdmissionReceipt[],
  ) {
    this.waiting = new Map(receipts.map((receipt) => [receipt.statement, receipt]));
  }

  async *passing(entries: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const bytes of entries) {
      if (this.waiting.size > 0) this.see(bytes);
      yield bytes;
    }
  }

  // An id is looked for as text first: opening every entry a second time would double the work.
  private see(bytes: Buffer): void {
    for (const [, id = ''] of bytes.toString('latin1').matchAll(/"id":"([0-9a-f]{32})"/g)) {
      const receipt = this.waiting.get(id);
      if (!receipt) continue;
      const { entry, statementBytes } = openEntry(bytes);
      // Other bytes under the promised id do not keep the promise.
      if (entry.statement.id !== id || statementDigest(statementBytes) !== receipt.digest) continue;
      this.waiting.delete(id);
      if (entry.sealedAt <= receipt.sealBy) this.kept.push(id);
      else this.late.push({ receipt, sealedAt: entry.sealedAt });
    }
  }

  /**
   * Judged by the ledger's own time: an entry sealed after a promise's end shows that its time had come. What no key of the log signed, as
   * the ledger names them, promises nothing.
   */
  result(report: Pick<VerifyReport, 'sealedAt' | 'logKeys'>): Promises {
    const left = [...this.waiting.values()].filter((receipt) => isSigned(this.origin, receipt, report.logKeys));
    return {
      kept: this.kept,
      late: this.late
        .filter(({ receipt }) => isSigned(this.origin, receipt, report.logKeys))
        .map(({ receipt: { statement, sealBy }, sealedAt }) => ({ statement, sealBy, sealedAt })),
      open: left.filter((receipt) => receipt.sealBy >= report.sealedAt).map((receipt) => receipt.statement),
      broken: left.filter((receipt) => receipt.sealBy < report.sealedAt),
    };
  }
}

function isSigned(origin: string, receipt: AdmissionReceipt, keys: VerifyReport['logKeys']): boolean {
  const key = keys.find(({ keyId }) => keyId === receipt.keyId);
  if (!key) return false;
  try {
    checkAdmission(origin, receipt, key.publicKey);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
