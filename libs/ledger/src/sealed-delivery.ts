import type { Compression, Format, Statement, StatementSignature } from '#contracts';
import { LedgerFault } from './faults.js';
import { checkStatementSignature, encodeStatement } from './statement.js';
import type { TrustRoot } from './trust-root.js';

/** What the ledger says about a delivery, under the exchange's signature. */
export interface SealedDelivery {
  readonly ciphertextSha256: string;
  readonly sizeBytes: number;
  readonly plaintextHmac: string;
  readonly rows: number;
  readonly format: Format;
  readonly compression?: Compression;
  readonly recipients: readonly string[];
  /** Index of the entry that says it. */
  readonly index: number;
}

/** An entry as a trail tells of it. */
export interface TrailEntry {
  readonly index: number;
  readonly statement: Statement;
  readonly signatures: readonly StatementSignature[];
}

/**
 * Reads what was sealed of a delivery from its trail: the exchange's own statements, their signatures checked by the key of the trust
 * root, so whoever handed the trail over need not be believed. That the entries stand in the chain is for `verifyLedger`. Undefined: the
 * trail lacks one of them. Throws LedgerFault or Refusal `bad-signature`.
 */
export function openSealedDelivery(trail: readonly TrailEntry[], delivery: string, root: TrustRoot): SealedDelivery | undefined {
  const prepared = sealedBy(root, trail, delivery, 'delivery.prepared');
  const decided = sealedBy(root, trail, delivery, 'delivery.decided');
  if (!prepared || !decided) return undefined;
  const { ciphertextSha256, sizeBytes, plaintextHmac, rows } = prepared.statement.body;
  const { format, compression, recipients } = decided.statement.body;
  const sealed = { ciphertextSha256, sizeBytes, plaintextHmac, rows, format, recipients, index: prepared.index };
  return compression ? { ...sealed, compression } : sealed;
}

function sealedBy<T extends 'delivery.prepared' | 'delivery.decided'>(
  { exchangeKey, origin }: TrustRoot,
  trail: readonly TrailEntry[],
  delivery: string,
  type: T,
): { statement: Statement<T>; index: number } | undefined {
  for (const { statement, signatures, index } of trail) {
    if (statement.type !== type || (statement as Statement<T>).body.delivery !== delivery) continue;
    const signature = signatures.find((one) => one.keyId === exchangeKey.keyId);
    if (!signature || statement.origin !== origin || statement.issuer !== 'exchange')
      throw new LedgerFault('bad-signature', index);
    checkStatementSignature(encodeStatement(statement), signature, exchangeKey.publicKey);
    return { statement: statement as Statement<T>, index };
  }
  return undefined;
}
