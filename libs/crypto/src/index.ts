// The door of `#crypto`: what works everywhere, and what needs Node.
export * from './browser.js';

export { VaultError, openVault } from './vault.js';
export type { Vault, VaultCode } from './vault.js';
export { loadOrCreateVaultKey, loadVaultKey } from './vault-key-file.js';
export { decodeSigningKey, encodeSigningKey, isEncryptedSigningKey } from './signing-key-pem.js';
export type { OpenedSigningKey } from './signing-key-pem.js';
export { ageDecryptor, ageEncryptor } from './age-stream.js';
export type { ByteReader } from './age-file-on-threads.js';
export { sealAgeFile, type SealingDigests } from './age-seal-file.js';
export type { SealedAgeFile } from './age-seal-file.js';
export { decryptAgeFile } from './age-decrypt-file.js';
export { AGE_THREADS } from './age-threads.js';
export { checkPassword, checkPasswordOfNobody, hashPassword, randomPassword } from './password.js';
