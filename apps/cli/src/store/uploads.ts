import { encodeCanonical, sha256Hex, type CanonicalValue } from '#crypto';
import { readStored, writeStored } from './folder.js';

/** An upload that this command began and did not finish. */
export interface BegunUpload {
  /** Its own random id, by which the exchange knows it. */
  readonly upload: string;
  readonly at: string;
  /** Of the file as it was then: another is not gone on with. */
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}
const file = 'uploads.json';
const keptDays = 30;

/** What uploads are under way, so that a command that was cut short goes on from where it was. */
export class Uploads {
  private readonly key: string;

  /** `said` is everything that makes two runs the same upload. */
  constructor(
    private readonly folder: string,
    said: CanonicalValue,
  ) {
    this.key = sha256Hex(encodeCanonical(said));
  }

  private read(): Record<string, BegunUpload> {
    return readStored<Record<string, BegunUpload>>(this.folder, file, {});
  }
  get begun(): BegunUpload | undefined {
    return this.read()[this.key];
  }
  keep(upload: BegunUpload): void {
    const oldest = new Date(Date.now() - keptDays * 86_400_000).toISOString();
    const recent = Object.fromEntries(Object.entries(this.read()).filter(([, one]) => one.at > oldest));
    writeStored(this.folder, file, { ...recent, [this.key]: upload });
  }
  forget(): void {
    const { [this.key]: _done, ...others } = this.read();
    writeStored(this.folder, file, others);
  }
}
