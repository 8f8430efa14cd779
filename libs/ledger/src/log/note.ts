import { checkSignature, concatBytes, fromHex, SignatureError, toBase64, toHex, utf8Bytes } from '#crypto';
import { LogFault } from './faults.js';
import { decodeAnyBase64, decodeUtf8, isPlainText } from './lines.js';
import { cosignedBytes, timeOf } from './cosignature.js';
import { isKeyName, type VerifierKey } from './verifier-key.js';

/** Far more than any checkpoint with its cosignatures needs. */
export const NOTE_MAX_BYTES = 1_000_000;
/** The format asks for at least 16. */
export const NOTE_SIGNATURES_MAX = 100;

const DASH = '\u2014 ';

/** One signature line, whoever wrote it. */
export interface NoteSignature {
  readonly name: string;
  readonly keyHash: string;
  /** What stands behind the key's hash: 64 bytes of Ed25519, with 8 bytes of time before them in a cosignature. */
  readonly signature: Uint8Array;
}

/** A text and what signed it; nothing is verified. */
export interface Note {
  /** With the line feed at its end. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** A signature that holds. */
export interface VerifiedSignature extends NoteSignature {
  readonly key: VerifierKey;
  /** Of a cosignature: the second, counted from 1970, of which the witness speaks. */
  readonly timeSeconds?: number;
}

/** A note of which at least one trusted key's signature holds, and none fails. */
export interface OpenedNote extends Note {
  /** At most one for each key given, in the order of the note. */
  readonly verified: readonly VerifiedSignature[];
}

/** The signature's line, with its line feed. Throws LogFault `note-malformed`. */
export function encodeSignature({ name, keyHash, signature }: NoteSignature): string {
  if (!isKeyName(name) || !/^[0-9a-f]{8}$/.test(keyHash) || signature.length === 0)
    throw new LogFault('note-malformed', 'signature');
  return `${DASH}${name} ${toBase64(concatBytes([fromHex(keyHash), signature]))}\n`;
}

/** Reads signature lines, each with its line feed. Throws LogFault `note-malformed`. */
export function decodeSignatures(lines: string): NoteSignature[] {
  const ended = lines.endsWith('\n') ? lines.slice(0, -1).split('\n') : [];
  if (ended.length === 0 || ended.length > NOTE_SIGNATURES_MAX) throw new LogFault('note-malformed', 'signature lines');
  return ended.map((line) => {
    const [, name = '', base64 = ''] = /^\u2014 ([^ ]*) ([^ ]*)$/.exec(line) ?? [];
    const bytes = decodeAnyBase64(base64);
    if (!isKeyName(name) || !bytes || bytes.length < 5) throw new LogFault('note-malformed', `signature line ${line}`);
    return { name, keyHash: toHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
  });
}

/** The note's text form. The bytes are its UTF-8. Throws LogFault `note-malformed`. */
export function encodeNote({ text, signatures }: Note): string {
  if (!isNoteText(text)) throw new LogFault('note-malformed', 'text');
  return `${text}\n${signatures.map(encodeSignature).join('')}`;
}

/** Reads a note; nothing in it is to be believed yet. Throws LogFault `note-malformed`. */
export function decodeNote(bytes: Uint8Array): Note {
  const whole = bytes.length <= NOTE_MAX_BYTES ? decodeUtf8(bytes) : undefined;
  // The last blank line separates, so the text may hold blank lines of its own.
  const end = whole?.lastIndexOf('\n\n') ?? -1;
  if (whole === undefined || end < 0) throw new LogFault('note-malformed', 'no signatures');
  const text = whole.slice(0, end + 1);
  if (!isNoteText(text)) throw new LogFault('note-malformed', 'text');
  return { text, signatures: decodeSignatures(whole.slice(end + 2)) };
}

/**
 * The note with those signatures of another over the same text that it lacks, as many as a note may hold; the note itself when the other's
 * text is another. Nothing is verified: a line that nobody's key made helps nobody.
 */
export function withSignaturesOf(note: Note, other: Note): Note {
  if (other.text !== note.text) return note;
  const known = new Set(note.signatures.map(encodeSignature));
  const more = other.signatures.filter((one) => !known.has(encodeSignature(one)));
  return { ...note, signatures: [...note.signatures, ...more].slice(0, NOTE_SIGNATURES_MAX) };
}

function isNoteText(text: string): boolean {
  return text.endsWith('\n') && isPlainText(text);
}

/**
 * Reads a note and verifies it. Signatures by keys that are not among `keys` are ignored. Throws LogFault `note-malformed`,
 * `note-signature-wrong` when one by a key given fails, `note-unsigned` when there is none that holds.
 */
export function openNote(bytes: Uint8Array, keys: readonly VerifierKey[]): OpenedNote {
  const note = decodeNote(bytes);
  const verified = verifySignatures(note.text, note.signatures, keys);
  if (verified.length === 0) throw new LogFault('note-unsigned');
  return { ...note, verified };
}

/** The signatures over a text that hold, the first of each key. Throws LogFault `note-signature-wrong` when any by a key given fails. */
export function verifySignatures(
  text: string,
  signatures: readonly NoteSignature[],
  keys: readonly VerifierKey[],
): VerifiedSignature[] {
  const verified = new Map<VerifierKey, VerifiedSignature>();
  for (const one of signatures) {
    const key = keys.find(({ name, keyHash }) => name === one.name && keyHash === one.keyHash);
    if (!key) continue;
    const held = verifySignature(text, one, key);
    if (!held) throw new LogFault('note-signature-wrong', key.name);
    if (!verified.has(key)) verified.set(key, held);
  }
  return [...verified.values()];
}

function verifySignature(text: string, one: NoteSignature, key: VerifierKey): VerifiedSignature | undefined {
  const isTimed = key.type === 'cosignature';
  const timeSeconds = isTimed ? timeOf(one.signature) : undefined;
  if (isTimed && timeSeconds === undefined) return undefined;
  const signed = timeSeconds === undefined ? utf8Bytes(text) : cosignedBytes(text, timeSeconds);
  try {
    checkSignature(key.publicKey, signed, toBase64(isTimed ? one.signature.subarray(8) : one.signature));
  } catch (error) {
    if (error instanceof SignatureError) return undefined;
    throw error;
  }
  return { ...one, key, ...(timeSeconds === undefined ? {} : { timeSeconds }) };
}
