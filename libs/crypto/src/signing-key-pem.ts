import { createCipheriv, createPrivateKey, createPublicKey, randomBytes, scryptSync, type KeyObject } from 'node:crypto';
import { checkSignature, importSigningKey, SignatureError, signEd25519, type SigningKey } from './ed25519.js';

// The costs that `openssl pkcs8 -scrypt` takes by itself, so that every OpenSSL opens the file within its limits: 16 MiB a try.
const scrypt = { N: 16_384, r: 8, p: 1 };

/** A signing key as read from a file. */
export interface OpenedSigningKey {
  /** Raw public key in base64, as it is admitted. */
  readonly publicKey: string;
  readonly key: KeyObject;
}

/**
 * A signing key as PKCS#8 in PEM (RFC 8410; encrypted by RFC 8018 PBES2 with scrypt, RFC 7914, when there is a passphrase):
 * `openssl pkey` opens it.
 */
export function encodeSigningKey(signing: SigningKey, passphrase?: string): string {
  const der = importSigningKey(signing.privateSeed).export({ format: 'der', type: 'pkcs8' });
  return passphrase === undefined ? pem('PRIVATE KEY', der) : pem('ENCRYPTED PRIVATE KEY', encryptedPkcs8(der, passphrase));
}

/** Whether the text of a key file takes a passphrase. */
export const isEncryptedSigningKey = (text: string): boolean => text.includes('BEGIN ENCRYPTED');

/**
 * Reads a signing key: PKCS#8 in PEM, or a seed as 64 hex digits. Undefined when it is no Ed25519 key, when it signs wrongly, or when
 * the passphrase is not its own.
 */
export function decodeSigningKey(text: string, passphrase?: string): OpenedSigningKey | undefined {
  const key = importKey(text.trim(), passphrase);
  if (key?.asymmetricKeyType !== 'ed25519') return undefined;
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
  // A damaged file could hold another key than the one that was admitted; one signature tells before anything is signed with it.
  const probe = Buffer.from('quanlian');
  try {
    checkSignature(publicKey, probe, signEd25519(key, probe));
  } catch (error) {
    if (error instanceof SignatureError) return undefined;
    throw error;
  }
  return { publicKey, key };
}

function importKey(text: string, passphrase: string | undefined): KeyObject | undefined {
  if (/^[0-9a-f]{64}$/.test(text)) return importSigningKey(Buffer.from(text, 'hex'));
  try {
    return createPrivateKey({ key: text, format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    return undefined;
  }
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

// EncryptedPrivateKeyInfo, written by hand: Node's own export derives the key with a mere 2,048 rounds of PBKDF2.
function encryptedPkcs8(pkcs8: Buffer, passphrase: string): Buffer {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const key = scryptSync(Buffer.from(passphrase, 'utf8'), salt, 32, { ...scrypt, maxmem: 64 * 1024 * 1024 });
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const sealed = Buffer.concat([cipher.update(pkcs8), cipher.final()]);
  const derivation = sequence(
    oid('2b06010401da47040b'),
    sequence(octets(salt), integer(scrypt.N), integer(scrypt.r), integer(scrypt.p)),
  );
  const encryption = sequence(oid('60864801650304012a'), octets(iv));
  return sequence(sequence(oid('2a864886f70d01050d'), sequence(derivation, encryption)), octets(sealed));
}

function der(tag: number, content: Buffer): Buffer {
  const length = content.length < 128 ? Buffer.of(content.length) : Buffer.of(0x82, content.length >> 8, content.length & 0xff);
  return Buffer.concat([Buffer.of(tag), length, content]);
}
const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts));
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const octets = (bytes: Buffer) => der(0x04, bytes);
function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return der(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}
