import { readStored, writeStored } from './folder.js';

interface Remembered {
  /** The checkpoint as the log signed it: with another one it is evidence against the log. */
  readonly note: string;
  readonly at: string;
  /** Verifier keys by which the log spoke then. */
  readonly keys?: readonly string[];
  /** Those of them, or of before, that its entries showed to be ended: whoever leaves out an end later is not believed. */
  readonly ended?: readonly string[];
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
  keep(origin: string, seen: Omit<Remembered, 'at'>): void {
    writeStored(this.folder, file, { ...this.read(), [origin]: { ...seen, at: new Date().toISOString() } });
  }
}
