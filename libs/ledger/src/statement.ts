import { readStatement, refuse, type Statement, type StatementSignature } from '#contracts';
import {
  CanonicalError,
  checkSignature,
  decodeCanonical,
  encodeCanonical,
  indexOfText,
  sha256Hex,
  SignatureError,
  signEd25519,
  STATEMENT_MAX_BYTES,
  type Bytes,
  type CanonicalValue,
  type NativeKey,
} from '#crypto';

// An entry holds its statement one level deeper, and canonical documents nest at most 64 levels: a statement that was sealed
// must never make an entry that nobody can open.
const STATEMENT_MAX_DEPTH = 63;

/**
 * The canonical bytes of a statement: what is signed, what is digested, what stands inside the entry. Throws the refusals of
 * `openStatement`. docs/formats/statements.md.
 */
export function encodeStatement(statement: Statement): Bytes {
  let bytes: Bytes;
  try {
    bytes = encodeCanonical(statement);
  } catch (error) {
    throw asRefusal(error);
  }
  openStatement(bytes);
  return bytes;
}

/**
 * Reads a statement from its bytes: canonical form only, at most 32 KiB, a known type with nothing missing and nothing extra.
 * Throws Refusal `statement-too-large`, `statement-not-canonical`, `unknown-algorithm` or `statement-malformed`.
 */
export function openStatement(bytes: Uint8Array): Statement {
  let value: CanonicalValue;
  try {
    value = decodeCanonical(bytes, STATEMENT_MAX_BYTES);
  } catch (error) {
    throw asRefusal(error);
  }
  return readStatementValue(value, bytes);
}

/** The second half of opening, for a statement that was decoded inside its entry. */
export function readStatementValue(value: CanonicalValue, bytes: Uint8Array): Statement {
  if (bytes.length > STATEMENT_MAX_BYTES) throw refuse('statement-too-large', { limit: STATEMENT_MAX_BYTES });
  if (isDeeperThan(value, STATEMENT_MAX_DEPTH)) {
    throw refuse('statement-malformed', { reason: `more than ${STATEMENT_MAX_DEPTH} levels` });
  }
  // PostgreSQL cannot keep U+0000 in text or jsonb: such a statement could be admitted and then never be sealed.
  if (holdsNul(bytes)) throw refuse('statement-malformed', { reason: 'U+0000' });
  const alg = typeof value === 'object' && 'alg' in value ? value.alg : undefined;
  if (typeof alg === 'string' && alg !== 'ed25519') throw refuse('unknown-algorithm', { alg });
  return readStatement(value);
}

/** SHA-256 of the canonical bytes, 64 hex digits: same id and digest, same statement. */
export function statementDigest(bytes: Uint8Array): string {
  return sha256Hex(bytes);
}

/** Signs a statement (or bytes already encoded) with a key of `issuer`; the signing key is a seed of 32 bytes or a native key. */
export function signStatement(
  statement: Statement | Uint8Array,
  key: Uint8Array | NativeKey,
  signer?: { issuer: string; keyId: string },
): StatementSignature {
  const isBytes = statement instanceof Uint8Array;
  const bytes = isBytes ? statement : encodeStatement(statement);
  const { issuer, keyId } = signer ?? (isBytes ? openStatement(statement) : statement);
  return { issuer, keyId, signature: signEd25519(key, bytes) };
}

/** Checks one signature over the bytes of a statement. Throws Refusal `bad-signature`. */
export function checkStatementSignature(bytes: Uint8Array, signature: StatementSignature, publicKey: NativeKey | string): void {
  try {
    checkSignature(publicKey, bytes, signature.signature);
  } catch (error) {
    if (error instanceof SignatureError) throw refuse('bad-signature', { keyId: signature.keyId }, { field: 'signatures' });
    throw error;
  }
}

function asRefusal(error: unknown): unknown {
  if (!(error instanceof CanonicalError)) return error;
  if (error.code === 'canonical-too-long') return refuse('statement-too-large', { limit: STATEMENT_MAX_BYTES });
  if (error.code === 'canonical-bytes-differ') return refuse('statement-not-canonical');
  // The path may hold whatever key the sender made up, U+0000 included, and the reason is stored with the rejection.
  const field = error.path.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
  return refuse('statement-malformed', { reason: `${error.code} ${field}`.trim() }, { field });
}

function isDeeperThan(value: CanonicalValue, levels: number): boolean {
  if (typeof value !== 'object') return false;
  if (levels === 0) return true;
  for (const inner of Object.values(value)) if (isDeeperThan(inner, levels - 1)) return true;
  return false;
}

const NUL = '\\u0000';

/** Whether canonical text holds U+0000, which it can only spell `\u0000` after an even number of backslashes. */
function holdsNul(bytes: Uint8Array): boolean {
  for (let at = indexOfText(bytes, NUL); at >= 0; at = indexOfText(bytes, NUL, at + 1)) {
    let backslashes = 1;
    while (bytes[at - backslashes] === 0x5c) backslashes++;
    if (backslashes % 2 === 1) return true;
  }
  return false;
}
