import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { CryptoError } from './errors.js';

export type VaultCode =
  | 'vault-key-length'
  | 'vault-key-file-missing'
  | 'vault-key-file-readable'
  | 'vault-key-file-malformed'
  | 'vault-purpose-malformed'
  | 'vault-sealed-malformed'
  | 'vault-key-other'
  | 'vault-sealed-refused';

export class VaultError extends CryptoError<VaultCode> {}

export interface Vault {
  /** Names the vault key without revealing it: 16 hex digits. */
  readonly keyId: string;
  /** Encrypts. The same purpose must be given to open it again. */
  seal(purpose: string, plaintext: Uint8Array): Buffer;
  /** Decrypts what `seal` made, or throws `VaultError`. */
  open(purpose: string, sealed: Uint8Array): Buffer;
}

const VERSION = 1;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;

/**
 * Opens the vault under its key of 32 bytes: AES-256-GCM with a subkey for each purpose. docs/formats/vault.md gives every byte.
 * A purpose says what is kept and whose it is (`signing-key/<department>`), so that a row put in another's place does not open.
 */
export function openVault(key: Uint8Array): Vault {
  if (key.length !== 32) throw new VaultError('vault-key-length', 'The vault key is 32 bytes');
  const master = Buffer.from(key);
  const keyId = Buffer.from(hkdfSync('sha256', master, '', 'quanlian vault v1 key id', KEY_ID_BYTES));

  const subkey = (purpose: string): Buffer => {
    if (!/^[\x21-\x7e]{1,255}$/.test(purpose)) {
      throw new VaultError('vault-purpose-malformed', 'A purpose is 1 to 255 printable ASCII characters without spaces');
    }
    return Buffer.from(hkdfSync('sha256', master, '', `quanlian vault v1 purpose ${purpose}`, 32));
  };

  return {
    keyId: keyId.toString('hex'),

    seal(purpose, plaintext) {
      const secret = subkey(purpose);
      const head = Buffer.concat([Buffer.of(VERSION), keyId, randomBytes(NONCE_BYTES)]);
      const cipher = createCipheriv('aes-256-gcm', secret, head.subarray(1 + KEY_ID_BYTES), { authTagLength: TAG_BYTES });
      cipher.setAAD(associated(head, purpose));
      const sealed = Buffer.concat([head, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
      secret.fill(0);
      return sealed;
    },

    open(purpose, sealed) {
      if (sealed.length < HEAD_BYTES + TAG_BYTES || sealed[0] !== VERSION) {
        throw new VaultError('vault-sealed-malformed', 'These bytes were not sealed by a vault of version 1');
      }
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const head = bytes.subarray(0, HEAD_BYTES);
      // Told apart from tampering, because the cure differs: fetch the right key, or the right backup.
      if (!head.subarray(1, 1 + KEY_ID_BYTES).equals(keyId)) {
        throw new VaultError('vault-key-other', 'These bytes were sealed under another vault key');
      }
      const secret = subkey(purpose);
      const decipher = createDecipheriv('aes-256-gcm', secret, head.subarray(1 + KEY_ID_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(associated(head, purpose));
      decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(HEAD_BYTES, bytes.length - TAG_BYTES)), decipher.final()]);
      } catch {
        throw new VaultError('vault-sealed-refused', 'The sealed bytes were altered, or sealed for another purpose');
      } finally {
        secret.fill(0);
      }
    },
  };
}

function associated(head: Buffer, purpose: string): Buffer {
  return Buffer.concat([head.subarray(0, 1 + KEY_ID_BYTES), Buffer.from(purpose, 'ascii')]);
}
