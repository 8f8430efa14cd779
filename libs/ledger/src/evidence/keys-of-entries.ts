import { Refusal, refuse, type StatementType } from '#contracts';
import { openEntry, type Entry } from '../entry.js';
import { LedgerFault } from '../faults.js';
import { decodeCheckpoint, openCheckpoint, type OpenedCheckpoint } from '../log/checkpoint.js';
import { LogFault } from '../log/faults.js';
import { decodeNote } from '../log/note.js';
import { reachesQuorum } from '../log/policy.js';
import { verifierKeyOf, type VerifierKey } from '../log/verifier-key.js';
import { foldRegister, LOG } from '../register.js';
import { checkSigners } from '../signers.js';
import { StatesInMemory } from '../states.js';
import { isSameLedger, logKeysOf, policyOf, trustRootOf, type TrustRoot } from '../trust-root.js';
import { logKeyStates, type LogKeyState } from '../verify.js';
import { EvidenceFault, inFile } from './faults.js';

/** What can be folded out of a part of the ledger: it needs no more than departments, keys and recipients, which the bundle brings. */
const folded: ReadonlySet<StatementType> = new Set<StatementType>([
  'ledger.opened',
  'department.admitted',
  'key.admitted',
  'key.ended',
  'recipient.admitted',
  'recipient.ended',
]);

/** Keys as the entries of a bundle show them, entry by entry: those of a ledger, as far as nobody left one out. */
export class KeysOfEntries {
  readonly states = new StatesInMemory();

  constructor(private readonly trustRoot: TrustRoot) {}

  /**
   * Checks an entry's signatures by the keys in force before it, then applies it. Entries come by rising index. Throws EvidenceFault:
   * `key-entry-missing`, or the refusal of the first rule that it breaks.
   */
  add(entry: Entry, statementBytes: Uint8Array, file: string): void {
    const { statement, signatures, index } = entry;
    const { states, trustRoot } = this;
    states.begin(index);
    inFile(file, () => {
      if (statement.origin !== trustRoot.origin) throw refuse('wrong-origin', { origin: statement.origin });
      if (statement.type !== 'ledger.opened') {
        const unknown = signatures.find(({ keyId }) => !states.get('key', keyId));
        if (unknown) throw new EvidenceFault('key-entry-missing', file, unknown.keyId);
      }
      checkSigners(states, statement, signatures, statementBytes);
      if (folded.has(statement.type)) foldRegister(states, entry);
    });
    states.keep();
  }

  /** Opens and adds the next entry, whose index is above `last`; answers its index. Throws EvidenceFault. */
  addNext(bytes: Uint8Array, last: number, file: string): number {
    const { entry, statementBytes } = inFile(file, () => openEntry(bytes));
    if (entry.index <= last) throw new EvidenceFault(new LedgerFault('index-gap', entry.index), file);
    if (entry.index === 0) inFile(file, () => this.checkFirst(bytes));
    this.add(entry, statementBytes, file);
    return entry.index;
  }

  /** Checks that entry 0 is the one that the trust root names. Throws LedgerFault `trust-root-differs`. */
  checkFirst(entry0: Uint8Array): void {
    let stated: TrustRoot | undefined;
    try {
      stated = trustRootOf(entry0);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    if (!stated || !isSameLedger(stated, this.trustRoot)) throw new LedgerFault('trust-root-differs', 0);
  }

  /** The public key of a key of the log, whether it is still in force or not: receipts are judged by who gave them. */
  logPublicKey(keyId: string): string | undefined {
    const { logKey } = this.trustRoot;
    if (keyId === logKey.keyId) return logKey.publicKey;
    const held = this.states.get('key', keyId)?.state;
    return held?.department === LOG ? held.publicKey : undefined;
  }

  /** The keys that the log ever had, as far as the entries show; none where there are no entries. */
  logKeys(): LogKeyState[] {
    return logKeyStates(this.states);
  }

  /** The log's verifier keys in force in a tree of this size: the trust root's, and those that entries admitted. */
  logKeysAt(size: number): VerifierKey[] {
    const { origin } = this.trustRoot;
    const [first] = logKeysOf(this.trustRoot);
    const later = this.states.ofDepartment('key', LOG);
    const isInForce = ({ admittedAt, endedAt = size }: { admittedAt: number; endedAt?: number }): boolean =>
      admittedAt < size && endedAt >= size;
    const ended = later.filter(({ state }) => !isInForce(state)).map(({ state }) => state.publicKey);
    const keys = later
      .filter(({ state }) => isInForce(state))
      .map(({ state }) => verifierKeyOf(origin, 'ed25519', state.publicKey));
    const isFirstLeft = first && !ended.includes(first.publicKey) && !keys.some(({ publicKey }) => publicKey === first.publicKey);
    return isFirstLeft ? [first, ...keys] : keys;
  }

  /**
   * Opens a checkpoint that a key of the log in force at its size signed, with the cosignatures of the trust root's witnesses. Throws
   * LogFault.
   */
  openSigned(note: Uint8Array): OpenedCheckpoint {
    const { origin } = this.trustRoot;
    const { size } = decodeCheckpoint(decodeNote(note).text);
    const { logs, witnesses } = policyOf(this.trustRoot, this.logKeysAt(size));
    const keysOf = (named: readonly { readonly key: VerifierKey }[]) => named.map(({ key }) => key);
    return openCheckpoint(note, origin, keysOf(logs), keysOf(witnesses));
  }

  /** The same, and the cosignatures reach the quorum of the trust root. Throws LogFault, also `quorum-missing`. */
  openBelieved(note: Uint8Array): OpenedCheckpoint {
    const opened = this.openSigned(note);
    const cosigners = opened.cosignatures.map(({ key }) => key);
    if (!reachesQuorum(policyOf(this.trustRoot), cosigners)) {
      throw new LogFault('quorum-missing', `${cosigners.length} cosignatures`);
    }
    return opened;
  }
}

/**
 * The log's keys by the entries that show them, a line each (`/log/keys`, docs/formats/log-http.md), from a trust root on. Nothing of them is
 * believed that the competent department's keys did not sign; no bytes: only the first key is known. Throws EvidenceFault.
 */
export function openLogKeys(lines: Uint8Array, trustRoot: TrustRoot): KeysOfEntries {
  const shown = new KeysOfEntries(trustRoot);
  let last = -1;
  for (let from = 0; from < lines.length;) {
    const end = lines.indexOf(0x0a, from);
    const bytes = lines.subarray(from, end < 0 ? lines.length : end);
    last = shown.addNext(bytes, last, 'keys');
    from += bytes.length + 1;
  }
  return shown;
}
