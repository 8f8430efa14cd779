import { decodeBase64, equalBytes, toBase64 } from '#crypto';
import { LogFault } from './faults.js';
import { EMPTY_ROOT, HASH_BYTES, type TreeHead } from './hashes.js';
import { decodeDecimal } from './lines.js';
import { encodeNote, openNote, type OpenedNote, type VerifiedSignature } from './note.js';
import { signNoteText, type NoteSigner } from './sign-note.js';
import type { VerifierKey } from './verifier-key.js';

/** What a log says of its tree (账本签封). docs/formats/checkpoint.md. */
export interface Checkpoint extends TreeHead {
  /** The log's name; also the name of its key. */
  readonly origin: string;
  /** Further lines, which nobody can audit: none in ours. Cosigned, but not vouched for. */
  readonly extensions: readonly string[];
}

/** The text that is signed: three lines, and the extensions. Throws LogFault `checkpoint-malformed`. */
export function encodeCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  const lines = [origin, String(size), toBase64(root), ...extensions];
  const text = lines.map((line) => `${line}\n`).join('');
  decodeCheckpoint(text);
  return text;
}

/** Reads the text of a note as a checkpoint. Throws LogFault `checkpoint-malformed`. */
export function decodeCheckpoint(text: string): Checkpoint {
  const [origin = '', sizeText = '', rootText = '', ...extensions] = text.slice(0, -1).split('\n');
  const size = decodeDecimal(sizeText);
  const root = decodeBase64(rootText, HASH_BYTES);
  if (!text.endsWith('\n') || origin === '' || size === undefined || !root || extensions.includes('')) {
    throw new LogFault('checkpoint-malformed', [origin, sizeText, rootText].join(' / '));
  }
  return { origin, size, root, extensions };
}

/** The signed note of a tree. The log's keys have the log's name; while one takes the place of another, both sign. */
export function signCheckpoint({ size, root }: TreeHead, signer: NoteSigner, ...others: readonly NoteSigner[]): string {
  const text = encodeCheckpoint({ origin: signer.key.name, size, root, extensions: [] });
  return encodeNote({ text, signatures: [signer, ...others].map((one) => signNoteText(text, one)) });
}

/** A checkpoint that its log signed. */
export interface OpenedCheckpoint extends Checkpoint {
  readonly note: OpenedNote;
  /** Of the witnesses given, those whose cosignature holds; each key once. */
  readonly cosignatures: readonly VerifiedSignature[];
}

/**
 * Opens a checkpoint of the log `origin`: one of the log's keys signed it, and no signature by its keys or the witnesses' fails. Keys of
 * another name than `origin` are not the log's. Throws LogFault `note-…`, `checkpoint-malformed`, `checkpoint-origin-other`.
 */
export function openCheckpoint(
  bytes: Uint8Array,
  origin: string,
  logKeys: readonly VerifierKey[],
  witnessKeys: readonly VerifierKey[] = [],
): OpenedCheckpoint {
  const ownKeys = logKeys.filter(({ name }) => name === origin);
  const note = openNote(bytes, [...ownKeys, ...witnessKeys]);
  const checkpoint = decodeCheckpoint(note.text);
  if (checkpoint.origin !== origin) throw new LogFault('checkpoint-origin-other', checkpoint.origin);
  if (!note.verified.some(({ key }) => ownKeys.includes(key))) throw new LogFault('note-unsigned', 'the log did not sign');
  if (!isPossibleHead(checkpoint)) throw new LogFault('checkpoint-malformed', 'root of an empty tree');
  return { ...checkpoint, note, cosignatures: note.verified.filter(({ key }) => key.type === 'cosignature') };
}

/** An empty tree has one root. */
export const isPossibleHead = ({ size, root }: TreeHead): boolean => size > 0 || equalBytes(root, EMPTY_ROOT);
