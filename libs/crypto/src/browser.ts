// The door of `#crypto` where Node is not, and the part of it that is one code everywhere: only the primitives of `#platform` differ.
export { CryptoError } from './errors.js';
export { cryptoSentences } from './sentences.js';
export type { CryptoCode } from './sentences.js';

export {
  asBytes,
  concatBytes,
  copyBytes,
  equalBytes,
  fromHex,
  indexOfText,
  isUtf8,
  latin1Text,
  randomBytes,
  toBase64,
  toHex,
  utf8Bytes,
  utf8Text,
} from '#platform';
export type { Bytes, HmacSha256, NativeKey, Sha256 } from '#platform';

export { CANONICAL_MAX_DEPTH, CanonicalError, STATEMENT_MAX_BYTES, canonicalText, decodeCanonical } from './canonical.js';
export type { CanonicalCode, CanonicalValue } from './canonical.js';
export { encodeCanonical, encodeJcs } from './canonical-bytes.js';

export { createHmacSha256, createSha256, equalConstantTime, hmacSha256Hex, sha256, sha256Hex } from './digest.js';
export { decodeBase64, decodeBase64Url } from './base64.js';
export { RecentlyUsed } from './recently-used.js';
export { randomId, randomKey, randomSecret } from './random.js';

export { CommitmentError, checkTextCommitment, commitText, commitTextWith } from './commitment.js';
export type { CommitmentCode, TextCommitment } from './commitment.js';

export {
  SignatureError,
  checkSignature,
  checkSignatureLater,
  generateSigningKey,
  importPublicKey,
  importSigningKey,
  keyIdOf,
  signEd25519,
  signEd25519Later,
  signingKeyOf,
} from './ed25519.js';
export type { SignatureCode, SigningKey } from './ed25519.js';

export { AgeError } from './age-error.js';
export type { AgeCode } from './age-error.js';
export { ageRecipientOf, checkAgeIdentity, checkAgeRecipient, generateAgeIdentity } from './age-recipient.js';
export type { AgeIdentity, AgeSecret } from './age-recipient.js';
export { encryptAge } from './age-encrypt.js';
export { decryptAge } from './age-decrypt.js';
export { decryptAgeRange, openAgeFile } from './age-range.js';
export type { AgeFile, AgeSource } from './age-range.js';
