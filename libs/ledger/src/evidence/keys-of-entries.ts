import { Refusal, refuse, type StatementType } from '#contracts';
import { type Entry } from '../entry.js';
import { LedgerFault } from '../faults.js';
import { verifierKeyOf, type VerifierKey } from '../log/verifier-key.js';
import { foldRegister, LOG } from '../register.js';
import { checkSigners } from '../signers.js';
import { StatesInMemory } from '../states.js';
import { isSameLedger, logKeysOf, trustRootOf, type TrustRoot } from '../trust-root.js';
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
}
