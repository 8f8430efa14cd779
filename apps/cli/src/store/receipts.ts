import type { AdmissionReceipt } from '#ledger';
import { readStored, writeStored } from './folder.js';

type Kept = Record<string, Record<string, AdmissionReceipt>>;
const file = 'receipts.json';
// Far more than one person has under way; the oldest go first.
const keptMax = 5_000;

/**
 * The exchange's signed promises to seal what was handed in, by ledger and statement. One is kept until its statement is seen in a
 * verified ledger, or known to be rejected: if its time goes by without either, it is proof against the exchange.
 */
export class Receipts {
  constructor(private readonly folder: string) {}

  private read(): Kept {
    return readStored<Kept>(this.folder, file, {});
  }
  of(origin: string): readonly AdmissionReceipt[] {
    return Object.values(this.read()[origin] ?? {});
  }
  keep(origin: string, receipt: AdmissionReceipt): void {
    const kept = this.read();
    if (kept[origin]?.[receipt.statement]) return;
    const recent = Object.entries({ ...kept[origin], [receipt.statement]: receipt }).slice(-keptMax);
    writeStored(this.folder, file, { ...kept, [origin]: Object.fromEntries(recent) });
  }
  drop(origin: string, statements: readonly string[]): void {
    const kept = this.read();
    const left = Object.entries(kept[origin] ?? {}).filter(([id]) => !statements.includes(id));
    if (left.length < Object.keys(kept[origin] ?? {}).length)
      writeStored(this.folder, file, { ...kept, [origin]: Object.fromEntries(left) });
  }
}
