import type { RowScope } from '#contracts';
import { encodeCanonical, sha256Hex, type CanonicalValue } from '#crypto';
import { readStored, writeStored } from './folder.js';

/** A pull that this command began and did not finish. */
export interface BegunPull {
  /** Its own random id, which is the delivery's: asked again with it, the exchange answers the same delivery. */
  readonly pull: string;
  readonly at: string;
  /** The rows that were asked for: a key list in them is sent once. */
  readonly rows?: RowScope;
  /** Set once the rows lie in the output file: only the receipt is missing then. */
  readonly opened?: { readonly rows: number; readonly sizeBytes: number };
}
const file = 'pulls.json';
const keptDays = 30;

/** What pulls are under way, so that a command that was cut short goes on with its delivery instead of taking another. */
export class Pulls {
  private readonly key: string;

  /** `asked` is everything that makes two runs the same pull. */
  constructor(
    private readonly folder: string,
    asked: CanonicalValue,
  ) {
    this.key = sha256Hex(encodeCanonical(asked));
  }

  private read(): Record<string, BegunPull> {
    return readStored<Record<string, BegunPull>>(this.folder, file, {});
  }
  get begun(): BegunPull | undefined {
    return this.read()[this.key];
  }
  keep(pull: BegunPull): void {
    const oldest = new Date(Date.now() - keptDays * 86_400_000).toISOString();
    const recent = Object.fromEntries(Object.entries(this.read()).filter(([, one]) => one.at > oldest));
    writeStored(this.folder, file, { ...recent, [this.key]: pull });
  }
  forget(): void {
    const { [this.key]: _done, ...others } = this.read();
    writeStored(this.folder, file, others);
  }
}
