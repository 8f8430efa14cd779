import { equalBytes } from '#crypto';
import { openEntry, openLogKeys, verifierKeyOf, type KeysOfEntries, type TrustRoot, type VerifierKey } from '#ledger';

/**
 * The keys of one log: those that the witness was given and, where it was given a trust root, those whose admission the competent department
 * signed since then, as the log shows them (`keys` of docs/formats/log-http.md). The log is asked for signatures of the department and never
 * for its word. What was shown once stays: a log cannot take the end of a key back by leaving it out the next time.
 */
export class LogKeys {
  private readonly lines = new Map<number, Uint8Array>();
  private shown: KeysOfEntries | undefined;

  constructor(
    readonly origin: string,
    private named: readonly VerifierKey[],
    readonly root: TrustRoot | undefined,
  ) {}

  /** Those that the witness was given. */
  get given(): readonly VerifierKey[] {
    return this.named;
  }

  /** They were given anew. */
  give(keys: readonly VerifierKey[]): void {
    this.named = keys;
  }

  /** Those that may sign what is to be cosigned, the newest first: none that ended, whoever gave it. */
  get believed(): VerifierKey[] {
    const ended = new Set(this.states().flatMap(({ publicKey, endedAt }) => (endedAt === undefined ? [] : [publicKey])));
    return this.all.filter(({ publicKey }) => !ended.has(publicKey));
  }

  /** Those, too, that ended: what they signed may be evidence. */
  get all(): VerifierKey[] {
    const shown = this.states().map(({ publicKey }) => verifierKeyOf(this.origin, 'ed25519', publicKey));
    const others = this.given.filter((key) => !shown.some(({ publicKey }) => publicKey === key.publicKey));
    return [...shown, ...others];
  }

  /** The entries that show them, an export line each; empty while none were taken up. */
  get entries(): Buffer {
    const indexes = [...this.lines.keys()].toSorted((a, b) => a - b);
    return Buffer.concat(indexes.map((index) => this.lines.get(index) as Uint8Array));
  }

  /**
   * Takes up entries that show keys, beside those known already; answers whether there was one more. Without a trust root there is nobody
   * whose signature would count, and nothing is taken up. Throws EvidenceFault, and then nothing has changed.
   */
  takeUp(entries: Uint8Array): boolean {
    if (!this.root || equalBytes(entries, this.entries)) return false;
    // By themselves first, so that whatever is wrong with them is theirs.
    openLogKeys(entries, this.root);
    const more = linesIn(entries)
      .map((line): [number, Uint8Array] => [openEntry(line.subarray(0, -1)).entry.index, line])
      .filter(([index]) => !this.lines.has(index));
    const whole = new Map([...this.lines, ...more].toSorted(([a], [b]) => a - b));
    this.shown = openLogKeys(Buffer.concat([...whole.values()]), this.root);
    for (const [index, line] of more) this.lines.set(index, line);
    return more.length > 0;
  }

  private states() {
    return this.shown?.logKeys() ?? [];
  }
}

/** Each with its line feed. */
function linesIn(bytes: Uint8Array): Uint8Array[] {
  const lines = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(0x0a, from);
    if (end < 0) return [...lines, Buffer.concat([bytes.subarray(from), Buffer.from('\n')])];
    lines.push(bytes.slice(from, end + 1));
    from = end + 1;
  }
  return lines;
}
