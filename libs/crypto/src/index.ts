// The door of `#crypto`. In the browser import `canonical.ts` and `ed25519-point.ts`, which need nothing from Node.
export { CryptoError } from './errors.js';
export { cryptoSentences } from './sentences.js';
export type { CryptoCode } from './sentences.js';

export { CANONICAL_MAX_DEPTH, CanonicalError, STATEMENT_MAX_BYTES, canonicalText, decodeCanonical } from './canonical.js';
export type { CanonicalCode, CanonicalValue } from './canonical.js';
export { encodeCanonical, encodeJcs } from './canonical-buffer.js';

export { createHmacSha256, createSha256, equalConstantTime, hmacSha256Hex, sha256, sha256Hex } from './digest.js';
export { decodeBase64, decodeBase64Url } from './base64.js';
export { RecentlyUsed } from './recently-used.js';
export { randomId, randomKey, randomSecret } from './random.js';

export { CommitmentError, checkTextCommitment, commitText, commitTextWith } from './commitment.js';
export type { CommitmentCode, TextCommitment } from './commitment.js';

export {
  SignatureError,
  checkSignature,
  generateSigningKey,
  importPublicKey,
  importSigningKey,
  keyIdOf,
  signEd25519,
  signingKeyOf,
} from './ed25519.js';
export type { SignatureCode, SigningKey } from './ed25519.js';

export { VaultError, openVault } from './vault.js';
export type { Vault, VaultCode } from './vault.js';
export { loadOrCreateVaultKey, loadVaultKey } from './vault-key-file.js';

export { AgeError } from './age-error.js';
export type { AgeCode } from './age-error.js';
export { ageRecipientOf, checkAgeIdentity, checkAgeRecipient, generateAgeIdentity } from './age-recipient.js';
export type { AgeIdentity } from './age-recipient.js';
export { ageEncryptor, encryptAge } from './age-encrypt.js';
export { ageDecryptor, decryptAge } from './age-decrypt.js';
export { decryptAgeRange, openAgeFile } from './age-range.js';
export type { AgeFile, AgeSource } from './age-range.js';

export { checkPassword, checkPasswordOfNobody, hashPassword, randomPassword } from './password.js';
