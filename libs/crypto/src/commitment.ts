import { decodeBase64Url } from './base64.js';
import { equalConstantTime, hmacSha256Hex } from './digest.js';
import { CryptoError } from './errors.js';
import { randomKey } from './random.js';
import { toBase64Url } from '#platform';

export type CommitmentCode = 'commitment-key-malformed' | 'commitment-text-malformed' | 'commitment-differs';

export class CommitmentError extends CryptoError<CommitmentCode> {}

export interface TextCommitment {
  /** HMAC-SHA-256, 64 hex digits: this is sealed. */
  readonly commitment: string;
  /** 32 bytes as base64url: given to those who may read the text, and destroyed to erase it. */
  readonly key: string;
}

/**
 * Commits to a text without revealing it (ARCHITECTURE §2, promise 7): HMAC-SHA-256 of its UTF-8 under a fresh key of its own.
 * Without the key even a text from a short list of candidates cannot be recognised; with it, anybody checks the text.
 */
export function commitText(text: string): TextCommitment {
  const key = toBase64Url(randomKey());
  return { commitment: commitTextWith(key, text), key };
}

/** The commitment to a text under a key that is already known: 64 hex digits. */
export function commitTextWith(key: string, text: string): string {
  const bytes = decodeBase64Url(key, 32);
  if (bytes === undefined) {
    throw new CommitmentError('commitment-key-malformed', 'The key of a commitment is 32 bytes in base64url');
  }
  // UTF-8 has no form for half a surrogate pair: every such text would become the same bytes.
  if (/[\ud800-\udfff]/u.test(text)) {
    throw new CommitmentError('commitment-text-malformed', 'The text holds half of a surrogate pair');
  }
  return hmacSha256Hex(bytes, text);
}

/** Checks that a text is the one that was committed to. Throws `CommitmentError`. */
export function checkTextCommitment(commitment: string, key: string, text: string): void {
  if (!equalConstantTime(commitTextWith(key, text), commitment)) {
    throw new CommitmentError('commitment-differs', 'The text is not the one that was committed to');
  }
}
