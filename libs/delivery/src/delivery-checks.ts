import { refuse, type Compression, type Format } from '#contracts';
import { createHmacSha256, CryptoError, equalConstantTime, toHex } from '#crypto';
import { ParquetError } from './parquet-footer.js';
import { WorkbookError } from './out/workbook-rows.js';
import { rowCounter } from './row-counter.js';

// What a recipient checks, whether the delivery lies in a file of Node or comes as a stream in a browser.

/** What the ledger says about a delivery. */
export interface ExpectedDelivery {
  readonly ciphertextSha256: string;
  readonly sizeBytes: number;
  readonly plaintextHmac: string;
  readonly rows: number;
  readonly format: Format;
  readonly compression?: Compression;
}

/** HMAC of the plaintext, rows and size of what it unpacks to, measured as they pass. */
export class PlaintextMeasure {
  sizeBytes = 0;
  readonly #hmac;
  readonly #counter;

  constructor(format: Format, plaintextHmacKey: Uint8Array) {
    this.#hmac = createHmacSha256(plaintextHmacKey);
    this.#counter = rowCounter(format);
  }

  /** Takes bytes as they were decrypted. */
  commit(bytes: Uint8Array): void {
    this.#hmac.update(bytes);
  }

  /** Takes bytes of the rows, unpacked. */
  count(bytes: Uint8Array): void {
    this.#counter.push(bytes);
    this.sizeBytes += bytes.length;
  }

  /** Once, at the end. */
  hmac(): string {
    return toHex(this.#hmac.digest());
  }

  /** Throws `ParquetError`, `WorkbookError`. */
  rows(): number {
    return this.#counter.rows();
  }
}

/** Matches the file to the sealed delivery: age does not say who wrote a file. Throws Refusal `digest-mismatch` of `ciphertext`. */
export function checkCiphertext(
  found: { readonly sizeBytes: number; readonly sha256: string },
  expected: Pick<ExpectedDelivery, 'sizeBytes' | 'ciphertextSha256'>,
): void {
  const matches = found.sizeBytes === expected.sizeBytes && equalConstantTime(found.sha256, expected.ciphertextSha256);
  if (!matches) throw refuse('digest-mismatch', { of: 'ciphertext' });
}

/** Matches what was decrypted. Throws Refusal `digest-mismatch` of `plaintext` or `rows`. */
export function checkPlaintext(measure: PlaintextMeasure, expected: ExpectedDelivery): { rows: number; sizeBytes: number } {
  if (!equalConstantTime(measure.hmac(), expected.plaintextHmac)) throw refuse('digest-mismatch', { of: 'plaintext' });
  let rows: number;
  try {
    rows = measure.rows();
  } catch (error) {
    // The bytes are those that were sealed: what cannot be read now was never whole.
    if (error instanceof ParquetError || error instanceof WorkbookError)
      throw refuse('digest-mismatch', { of: 'rows', expected: expected.rows });
    throw error;
  }
  if (rows !== expected.rows) throw refuse('digest-mismatch', { of: 'rows', found: rows, expected: expected.rows });
  return { rows, sizeBytes: measure.sizeBytes };
}

/** What a failed decryption means for whoever received the file: `identity-not-recipient`, or `digest-mismatch` of `plaintext`. */
export function asRefusal(error: unknown): unknown {
  if (!(error instanceof CryptoError)) return error;
  return error.code === 'age-no-identity-matches'
    ? refuse('identity-not-recipient')
    : refuse('digest-mismatch', { of: 'plaintext' });
}
