import { readStored, writeStored } from './folder.js';

interface Remembered {
  /** The checkpoint as the log signed it: with another one it is evidence against the log. */
  readonly note: string;
  readonly at: string;
  /** Verifier keys by which the log spoke then, where its ledger was read and named others than the trust root does. */
  readonly keys?: readonly string[];
}
const file = 'logs-seen.json';

/** The last checkpoint of each log that this person followed. */
export class LogsSeen {
  constructor(private readonly folder: string) {}

  private read(): Record<string, Remembered> {
    return readStored<Record<string, Remembered>>(this.folder, file, {});
  }
  find(origin: string): Remembered | undefined {
    return this.read()[origin];
  }
  keep(origin: string, note: string, keys: readonly string[]): void {
    writeStored(this.folder, file, { ...this.read(), [origin]: { note, at: new Date().toISOString(), keys } });
  }
}
