import { z } from 'zod';
import {
  hex64Schema,
  instantSchema,
  refuse,
  statementSignatureSchema,
  type Statement,
  type StatementSignature,
} from '#contracts';
import {
  asBytes,
  CanonicalError,
  concatBytes,
  decodeCanonical,
  indexOfText,
  sha256,
  utf8Bytes,
  utf8Text,
  type Bytes,
  type CanonicalValue,
} from '#crypto';
import { readStatementValue } from './statement.js';

/** A statement sealed at an index of the ledger. docs/formats/entries.md. */
export interface Entry {
  readonly v: 1;
  readonly index: number;
  /** Leaf hash of the entry before it, hex; 64 zeros at index 0. */
  readonly prev: string;
  readonly sealedAt: string;
  readonly statement: Statement;
  readonly signatures: readonly StatementSignature[];
}

/** The tree's format gives an entry's length 16 bits. */
export const ENTRY_MAX_BYTES = 65_535;
/** 16 signatures of about 200 bytes leave an entry far below its limit. */
export const SIGNATURES_MAX = 16;
/** `prev` of entry 0, and the head of an empty ledger. */
export const NO_ENTRY = '0'.repeat(64);

const signaturesSchema = z.array(statementSignatureSchema).min(1).max(SIGNATURES_MAX);
const wrapperSchema = z.strictObject({
  v: z.literal(1),
  index: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  prev: hex64Schema,
  sealedAt: instantSchema,
  statement: z.unknown(),
  signatures: signaturesSchema,
});

/** Reads a list of signatures that came from outside. Throws Refusal `statement-malformed`. */
export function readSignatures(value: unknown): StatementSignature[] {
  const read = signaturesSchema.safeParse(value);
  if (!read.success) {
    const field = ['signatures', ...(read.error.issues[0]?.path ?? [])].join('.');
    throw refuse('statement-malformed', { reason: field }, { field });
  }
  return read.data;
}

/**
 * The canonical bytes of an entry, made around the statement's own bytes so that nothing signed is written twice. Keys stand in
 * the order that RFC 8785 asks for, and every other value is plain ASCII.
 */
export function encodeEntry(entry: Omit<Entry, 'statement' | 'v'>, statementBytes: Uint8Array): Bytes {
  const signatures = entry.signatures
    .map((by) => `{"issuer":"${by.issuer}","keyId":"${by.keyId}","signature":"${by.signature}"}`)
    .join(',');
  const before = `{"index":${entry.index},"prev":"${entry.prev}","sealedAt":"${entry.sealedAt}","signatures":[${signatures}],"statement":`;
  return concatBytes([utf8Bytes(before), statementBytes, END]);
}
const STATEMENT = ',"statement":';
const END = utf8Bytes(',"v":1}');

/**
 * Reads an entry from its bytes; the second value is the statement's own bytes, the ones that were signed. Throws Refusal
 * `statement-not-canonical`, `statement-too-large` or `statement-malformed`.
 */
export function openEntry(bytes: Uint8Array): { entry: Entry; statementBytes: Bytes } {
  let value: CanonicalValue;
  try {
    value = decodeCanonical(bytes, ENTRY_MAX_BYTES);
  } catch (error) {
    if (!(error instanceof CanonicalError)) throw error;
    if (error.code === 'canonical-bytes-differ') throw refuse('statement-not-canonical');
    if (error.code === 'canonical-too-long') throw refuse('statement-too-large', { limit: ENTRY_MAX_BYTES });
    throw refuse('statement-malformed', { reason: error.code });
  }
  const wrapper = wrapperSchema.safeParse(value);
  if (!wrapper.success) {
    const field = (wrapper.error.issues[0]?.path ?? []).join('.');
    throw refuse('statement-malformed', { reason: `entry ${field}`.trim() }, { field });
  }
  const statementBytes = statementWithin(bytes);
  const statement = readStatementValue(wrapper.data.statement as CanonicalValue, statementBytes);
  return { entry: { ...wrapper.data, statement }, statementBytes };
}

/** Reads an entry whose very bytes `openEntry` has opened before, on another thread of this process: nothing is examined again. */
export function openEntryAgain(bytes: Uint8Array): { entry: Entry; statementBytes: Bytes } {
  const entry = JSON.parse(utf8Text(asBytes(bytes), 0, bytes.length)) as Entry;
  return { entry, statementBytes: statementWithin(bytes) };
}

/** Before the statement stand only numbers, digests and signatures, none of which can spell this key. */
function statementWithin(bytes: Uint8Array): Bytes {
  return asBytes(bytes).subarray(indexOfText(bytes, STATEMENT) + STATEMENT.length, bytes.length - END.length);
}

const LEAF = Uint8Array.of(0);

/** SHA-256(0x00 ‖ entry bytes), 32 bytes: the leaf of the Merkle tree and the link of the chain. RFC 6962 §2.1. */
export function leafHash(entryBytes: Uint8Array): Bytes {
  return sha256(concatBytes([LEAF, entryBytes]));
}
