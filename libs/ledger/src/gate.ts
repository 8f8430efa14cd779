import { sha256 } from '#crypto';

/**
 * The number of a right's gate: a PostgreSQL advisory lock, signed 64 bits. Whoever hands a chunk of a download to a socket holds it
 * shared; the sealer takes it exclusively in the transaction that seals the right's end. So no chunk leaves after that commit.
 * Two rights with one number would only wait for each other.
 */
export function gateOf(rightId: string): bigint {
  return sha256(`quanlian/gate/v1 ${rightId}`).readBigInt64BE(0);
}
