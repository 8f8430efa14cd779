import { resolve } from 'node:path';
import { readStored, writeStored } from './folder.js';

interface Stored {
  /** keyId → path of its file. */
  readonly keys: Readonly<Record<string, string>>;
  /** recipient → path of its identity file. */
  readonly identities: Readonly<Record<string, string>>;
}
const file = 'places.json';

/** Where this person's key files lie: paths only, never a key. */
export class Places {
  constructor(private readonly folder: string) {}

  private read(): Stored {
    return readStored<Stored>(this.folder, file, { keys: {}, identities: {} });
  }
  keyFile(keyId: string): string | undefined {
    return this.read().keys[keyId];
  }
  identityFiles(recipients: readonly string[]): string[] {
    const { identities } = this.read();
    return [...new Set(recipients.flatMap((recipient) => identities[recipient] ?? []))];
  }
  keepKey(keyId: string, path: string): void {
    const stored = this.read();
    writeStored(this.folder, file, { ...stored, keys: { ...stored.keys, [keyId]: resolve(path) } });
  }
  keepIdentity(recipient: string, path: string): void {
    const stored = this.read();
    writeStored(this.folder, file, { ...stored, identities: { ...stored.identities, [recipient]: resolve(path) } });
  }
}
