import type { Hash } from 'node:crypto';
import { createSha256, encodeCanonical, sha256Hex } from '#crypto';
import type { Item } from '#contracts';
import { scaleOf, valueKind } from './item-value.js';

/** Stands where a value's length would, and says that there is no value. No value is that long. */
export const MISSING_LENGTH = 0xffffffff;

/**
 * A content digest after its opening bytes. Then follow, row by row and item by item in the entry's order, the length of the value's
 * canonical text in four bytes and its UTF-8, or `MISSING_LENGTH` alone. docs/formats/content-digest.md.
 */
export function startContentDigest(items: number): Hash {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(items);
  return createSha256().update('quanlian content v1\n', 'latin1').update(count);
}

/** SHA-256 over the canonical JSON of what gives the values their meaning: names, types, scales and which are the key, in order. 64 hex digits. */
export function schemaDigestOf(items: readonly Item[]): string {
  const columns = items.map((item) => ({
    name: item.name,
    type: item.type,
    ...(valueKind(item) === 'decimal' ? { scale: scaleOf(item) } : {}),
    ...(item.key ? { key: true } : {}),
  }));
  return sha256Hex(encodeCanonical({ v: 1, items: columns }));
}
