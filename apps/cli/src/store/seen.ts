import type { Seen } from '#ledger';
import { readStored, writeStored } from './folder.js';

interface Remembered extends Seen {
  readonly at: string;
}
const file = 'ledgers-seen.json';

/** Size and head of each ledger as this person last verified it: what shows that history shrank or was rewritten since. */
export class LedgersSeen {
  constructor(private readonly folder: string) {}

  private read(): Record<string, Remembered> {
    return readStored<Record<string, Remembered>>(this.folder, file, {});
  }
  find(origin: string): Remembered | undefined {
    return this.read()[origin];
  }
  keep(origin: string, seen: Seen): void {
    writeStored(this.folder, file, {
      ...this.read(),
      [origin]: { size: seen.size, head: seen.head, at: new Date().toISOString() },
    });
  }
}
