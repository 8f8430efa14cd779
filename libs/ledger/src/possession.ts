import { refuse } from '#contracts';
import { checkSignature, encodeCanonical, SignatureError, signEd25519, type Bytes, type NativeKey } from '#crypto';

// Both texts name their purpose and lack `v`, `type` and `id`: a signature over one can never pass for a statement's, nor the
// other way round. The origin keeps a proof made for one ledger out of every other. docs/formats/keys.md.

/** What a new signing key signs to prove that its department holds it. */
export function keyPossessionBytes(origin: string, department: string, publicKey: string): Bytes {
  return encodeCanonical({ domain: 'quanlian/key-possession/v1', origin, department, publicKey });
}

/** Signs the possession text with the new key itself. 64 bytes in base64. */
export function proveKeyPossession(origin: string, department: string, publicKey: string, key: Uint8Array | NativeKey): string {
  return signEd25519(key, keyPossessionBytes(origin, department, publicKey));
}

/** Throws Refusal `bad-proof`, or `bad-key` when the public key is not one. */
export function checkKeyPossession(origin: string, department: string, publicKey: string, proof: string): void {
  checkProof(publicKey, keyPossessionBytes(origin, department, publicKey), proof);
}

/** What a department signs, by a key in force, to declare that an age recipient is its own. */
export function recipientDeclarationBytes(origin: string, department: string, recipient: string): Bytes {
  return encodeCanonical({ domain: 'quanlian/recipient-declaration/v1', origin, department, recipient });
}

/** Signs the declaration with a key of the department. 64 bytes in base64. */
export function proveRecipientDeclaration(
  origin: string,
  department: string,
  recipient: string,
  key: Uint8Array | NativeKey,
): string {
  return signEd25519(key, recipientDeclarationBytes(origin, department, recipient));
}

/** Throws Refusal `bad-proof`. `publicKey` is the department's key that the admission names. */
export function checkRecipientDeclaration(
  origin: string,
  department: string,
  recipient: string,
  proof: string,
  publicKey: string,
): void {
  checkProof(publicKey, recipientDeclarationBytes(origin, department, recipient), proof);
}

function checkProof(publicKey: string, bytes: Bytes, proof: string): void {
  try {
    checkSignature(publicKey, bytes, proof);
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    throw error.code.startsWith('signature-key')
      ? refuse('bad-key', {}, { field: 'body.publicKey' })
      : refuse('bad-proof', {}, { field: 'body.proof' });
  }
}
