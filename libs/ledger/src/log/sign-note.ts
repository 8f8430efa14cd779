import { concatBytes, decodeBase64, importSigningKey, signEd25519, utf8Bytes, type NativeKey, type SigningKey } from '#crypto';
import { cosignedBytes, encodeTime } from './cosignature.js';
import type { NoteSignature } from './note.js';
import { verifierKeyOf, type NoteKeyType, type VerifierKey } from './verifier-key.js';

/** A key in hand that signs notes under a name. */
export interface NoteSigner {
  readonly key: VerifierKey;
  readonly privateKey: NativeKey;
}

/** The signer of a key. Throws LogFault `key-malformed` for a name that no signature line can carry. */
export function noteSignerOf(
  name: string,
  type: NoteKeyType,
  signingKey: Pick<SigningKey, 'publicKey' | 'privateSeed'>,
): NoteSigner {
  return { key: verifierKeyOf(name, type, signingKey.publicKey), privateKey: importSigningKey(signingKey.privateSeed) };
}

/** Signs a note's text, which ends in a line feed, with a log's key. */
export function signNoteText(text: string, { key, privateKey }: NoteSigner): NoteSignature {
  if (key.type !== 'ed25519') throw new Error('A witness key signs no plain notes');
  return { name: key.name, keyHash: key.keyHash, signature: rawSignature(privateKey, utf8Bytes(text)) };
}

/** Cosigns a checkpoint's text with a witness's key, as of a second that is not 0. Whoever calls has checked its consistency. */
export function cosignText(text: string, { key, privateKey }: NoteSigner, timeSeconds: number): NoteSignature {
  if (key.type !== 'cosignature') throw new Error('A log key does not cosign');
  if (!Number.isSafeInteger(timeSeconds) || timeSeconds <= 0) throw new Error(`No time: ${timeSeconds}`);
  const signature = concatBytes([encodeTime(timeSeconds), rawSignature(privateKey, cosignedBytes(text, timeSeconds))]);
  return { name: key.name, keyHash: key.keyHash, signature };
}

const rawSignature = (privateKey: NativeKey, bytes: Uint8Array): Uint8Array =>
  decodeBase64(signEd25519(privateKey, bytes), 64) as Uint8Array;
