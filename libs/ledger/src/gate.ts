import { sha256 } from '#crypto';

/**
 * The number of a gate, of a right by its id or of a grantee by its code: a PostgreSQL advisory lock, signed 64 bits. Whoever hands a chunk of a download to a socket holds it
 * shared; the sealer takes it exclusively in the transaction that seals the right's end, or that of a recipient of the grantee. So no chunk leaves after that commit.
 * Two with one number would only wait for each other.
 */
export function gateOf(id: string): bigint {
  return sha256(`quanlian/gate/v1 ${id}`).readBigInt64BE(0);
}
