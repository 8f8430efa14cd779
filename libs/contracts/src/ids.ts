/**
 * A new id of a statement, and of what the statement creates: 32 lowercase hex digits, a UUID of version 7 (RFC 9562 §5.7) without its
 * hyphens. The milliseconds of its making stand in front, 74 random bits behind. In front, because the ledger keeps unique indexes of ids:
 * what is said now lies beside what was said just before, so that an append touches the same few pages of an index however long the ledger
 * is (decision 28). Nothing may be read from the time: a department's own program may choose any 32 digits.
 */
export function newStatementId(nowMs = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setBigUint64(
    0,
    (BigInt(nowMs) << 16n) | 0x7000n | BigInt((((bytes[6] ?? 0) & 0x0f) << 8) | (bytes[7] ?? 0)),
  );
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Enough of an id to name it to a person: its last eight digits. Its first ones are the same for all that was made in the same minute. */
export function shortId(id: string): string {
  return id.slice(-8);
}

/** Whether a person means this id by these digits: its end, as it is shown, or its beginning. */
export function meansId(text: string, id: string): boolean {
  return id.endsWith(text) || id.startsWith(text);
}
