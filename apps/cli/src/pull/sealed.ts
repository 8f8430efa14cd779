import { routes, type Format, type Statement } from '#contracts';
import { checkStatementSignature, encodeStatement, type TrustRoot } from '#ledger';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';

/** What the ledger says about a delivery, under the exchange's signature. */
export interface SealedDelivery {
  readonly ciphertextSha256: string;
  readonly sizeBytes: number;
  readonly plaintextHmac: string;
  readonly rows: number;
  readonly format: Format;
  readonly recipients: readonly string[];
  /** Index of the entry that says it. */
  readonly index: number;
}

/**
 * Reads the sealed record of a delivery: the exchange's own statements, their signatures checked by the key in the trust root. The
 * plain answer of the API is not believed for this. That the entries stand in the chain is for `quanlian verify`. Throws Stop, Refusal.
 */
export async function sealedDelivery(desk: Desk, delivery: string, root: TrustRoot): Promise<SealedDelivery> {
  const prepared = await sealedStatement(desk, delivery, 'delivery.prepared', root);
  const decided = await sealedStatement(desk, delivery, 'delivery.decided', root);
  const { ciphertextSha256, sizeBytes, plaintextHmac, rows } = prepared.statement.body;
  const { format, recipients } = decided.statement.body;
  return { ciphertextSha256, sizeBytes, plaintextHmac, rows, format, recipients, index: prepared.index };
}

async function sealedStatement<T extends 'delivery.prepared' | 'delivery.decided'>(
  desk: Desk,
  delivery: string,
  type: T,
  root: TrustRoot,
): Promise<{ statement: Statement<T>; index: number }> {
  const { items } = await desk.client.call(routes.trail, { query: { delivery, type, limit: 10 } });
  for (const { statement, signatures, index } of items) {
    if (statement.type !== type || (statement as Statement<T>).body.delivery !== delivery) continue;
    const { exchangeKey, origin } = root;
    const signature = signatures.find((one) => one.keyId === exchangeKey.keyId);
    if (!signature || statement.origin !== origin || statement.issuer !== 'exchange')
      throw new Stop('verification', 'bad-signature', {
        zh: `第 ${index} 条记录不是由信任根中的平台密钥签署。`,
        en: `Entry ${index} is not signed by the exchange key of the trust root.`,
      });
    checkStatementSignature(encodeStatement(statement), signature, exchangeKey.publicKey);
    return { statement: statement as Statement<T>, index };
  }
  throw new Stop('verification', 'not-sealed', {
    zh: '账本中没有这次数据提供的记录，不予接收。',
    en: 'The ledger holds no record of this delivery, so it is not received.',
  });
}
