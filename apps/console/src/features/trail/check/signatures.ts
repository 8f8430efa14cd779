import { Refusal, type DepartmentView, type EntryView, type StatementSignature } from '#contracts';
import { canonicalText, keyIdOf, toHex } from '#crypto';
import { checkStatementSignature, leafHash, openEntry, type TrustRoot } from '#ledger';

/** What one entry proves by itself, without the rest of the ledger. */
export interface EntryCheck {
  /** The bytes are canonical and have this leaf hash. */
  readonly leafHash: string;
  readonly isHashShown: boolean;
  /** What the page shows is what the bytes say. */
  readonly isShown: boolean;
  readonly signatures: readonly SignatureFound[];
}
export interface SignatureFound {
  readonly issuer: string;
  readonly keyId: string;
  readonly result: 'good' | 'bad' | 'no-key' | 'not-in-force';
}

/**
 * Checks an entry's exact bytes in this browser: form, leaf hash, that they say what is shown, and each signature by the key that the
 * register names, in force at its index. Throws Refusal when the bytes are no entry.
 */
export function checkEntry(
  bytes: Uint8Array<ArrayBuffer>,
  shown: Pick<EntryView, 'index' | 'leafHash' | 'sealedAt' | 'statement' | 'signatures'>,
  departments: readonly Pick<DepartmentView, 'code' | 'keys'>[],
  root: TrustRoot,
): EntryCheck {
  const { entry, statementBytes } = openEntry(bytes);
  const hash = toHex(leafHash(bytes));
  const isShown =
    entry.index === shown.index &&
    entry.sealedAt === shown.sealedAt &&
    canonicalText(entry.statement) === canonicalText(shown.statement) &&
    canonicalText(entry.signatures) === canonicalText(shown.signatures);
  return {
    leafHash: hash,
    isHashShown: hash === shown.leafHash,
    isShown,
    signatures: entry.signatures.map((signature) => ({
      issuer: signature.issuer,
      keyId: signature.keyId,
      result: resultOf(signature, statementBytes, keyOf(signature, entry.index, departments, root)),
    })),
  };
}

type Key = { readonly publicKey: string; readonly inForce: boolean } | undefined;

function keyOf(
  { issuer, keyId }: StatementSignature,
  index: number,
  departments: readonly Pick<DepartmentView, 'code' | 'keys'>[],
  root: TrustRoot,
): Key {
  const fromRoot = [
    { of: 'exchange', ...root.exchangeKey },
    { of: root.competent.department, ...root.competent },
  ].find((key) => key.of === issuer && key.keyId === keyId);
  const listed = departments.find(({ code }) => code === issuer)?.keys.find((key) => key.keyId === keyId);
  const publicKey = fromRoot?.publicKey ?? listed?.publicKey;
  if (publicKey === undefined) return undefined;
  // Keys are judged by ledger index: admitted before the entry (the first two with entry 0) and not ended at it.
  const admitted = fromRoot !== undefined || (listed !== undefined && listed.admittedAt < index);
  return { publicKey, inForce: admitted && (listed?.endedAt === undefined || listed.endedAt >= index) };
}

function resultOf(signature: StatementSignature, statementBytes: Uint8Array, key: Key): SignatureFound['result'] {
  if (!key) return 'no-key';
  if (keyIdOf(key.publicKey) !== signature.keyId) return 'bad';
  try {
    checkStatementSignature(statementBytes, signature, key.publicKey);
  } catch (error) {
    if (error instanceof Refusal) return 'bad';
    throw error;
  }
  return key.inForce ? 'good' : 'not-in-force';
}
