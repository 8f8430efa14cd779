import { decodeBase64, indexOfText, toBase64 } from '#crypto';
import { checkConsistency } from './check.js';
import { decodeCheckpoint, type Checkpoint } from './checkpoint.js';
import { LogFault } from './faults.js';
import { EMPTY_ROOT, HASH_BYTES, type TreeHead } from './hashes.js';
import { decodeDecimal, decodeUtf8 } from './lines.js';
import {
  decodeNote,
  decodeSignatures,
  encodeNote,
  encodeSignature,
  verifySignatures,
  type Note,
  type VerifiedSignature,
} from './note.js';
import { cosignText, type NoteSigner } from './sign-note.js';
import type { VerifierKey } from './verifier-key.js';

// What a witness answers to POST add-checkpoint, C2SP tlog-witness. Only the decision: reading the last state, deciding and storing the
// next one must be one transaction, and durable before the answer leaves.

/** What a log asks of a witness; nothing of it is believed. */
export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: Checkpoint;
  readonly note: Note;
}

/** The last checkpoint of a log that this witness cosigned. */
export interface WitnessedCheckpoint extends TreeHead {
  readonly origin: string;
  /** The note with the log's signatures that held and the witness's own: what `GET <sha256 of the origin>/checkpoint` serves. */
  readonly note: string;
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: string;
  readonly body: string;
}

/** Why. `inconsistent` is an alarm: a key of the log signed something that does not go on from what it signed before. */
export type WitnessVerdict =
  | 'cosigned'
  | 'malformed'
  | 'unknown-origin'
  | 'untrusted'
  | 'old-too-large'
  | 'conflict'
  | 'inconsistent';

export interface WitnessDecision {
  readonly verdict: WitnessVerdict;
  readonly answer: WitnessAnswer;
  /** To be stored, durably, before the answer leaves; only when cosigned. */
  readonly next?: WitnessedCheckpoint;
}

/** The format's bound on lines of a proof. */
const PROOF_LINES_MAX = 63;

/** Reads the body; undefined when it is malformed, which is `refuseMalformed`. Its origin says whose state has to be loaded. */
export function decodeAddCheckpoint(body: Uint8Array): AddCheckpoint | undefined {
  const end = indexOfText(body, '\n\n');
  const head = end < 0 ? undefined : decodeUtf8(body.subarray(0, end));
  const [first = '', ...lines] = head?.split('\n') ?? [];
  const oldSize = decodeDecimal(/^old (.*)$/.exec(first)?.[1] ?? '');
  const proof = lines.map((line) => decodeBase64(line, HASH_BYTES));
  if (oldSize === undefined || proof.length > PROOF_LINES_MAX || !proof.every((hash) => hash !== undefined)) return undefined;
  try {
    const note = decodeNote(body.subarray(end + 2));
    return { oldSize, proof, note, checkpoint: decodeCheckpoint(note.text) };
  } catch (error) {
    if (error instanceof LogFault) return undefined;
    throw error;
  }
}

/** The body that asks a witness to go on from the size that it cosigned last. `checkpoint`: the signed note, verbatim. */
export function encodeAddCheckpoint(oldSize: number, proof: readonly Uint8Array[], checkpoint: string): string {
  return `old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`;
}

/** What a witness answered to add-checkpoint. */
export type AddCheckpointReply =
  | { readonly kind: 'cosigned'; readonly cosignature: VerifiedSignature & { readonly timeSeconds: number } }
  /** It cosigned this size last, not the one that was named: ask again from there. */
  | { readonly kind: 'conflict'; readonly size: number };

/**
 * Reads a witness's answer; a cosignature is verified over the text that was sent. Undefined for a status that refuses. Throws LogFault
 * `note-…` when what should be a cosignature is none by this witness.
 */
export function openAddCheckpointReply(
  { status, body }: { readonly status: number; readonly body: Uint8Array },
  text: string,
  witness: VerifierKey,
): AddCheckpointReply | undefined {
  if (status !== 200 && status !== 409) return undefined;
  const said = decodeUtf8(body);
  if (said === undefined) throw new LogFault('note-malformed', 'not UTF-8');
  if (status === 409) {
    const size = said.endsWith('\n') ? decodeDecimal(said.slice(0, -1)) : undefined;
    return size === undefined ? undefined : { kind: 'conflict', size };
  }
  const [cosignature] = verifySignatures(text, decodeSignatures(said), [witness]);
  if (cosignature?.timeSeconds === undefined) throw new LogFault('note-unsigned', witness.name);
  return { kind: 'cosigned', cosignature: { ...cosignature, timeSeconds: cosignature.timeSeconds } };
}

/** The answer to a body that is none. */
export function refuseMalformed(): WitnessDecision {
  return refuse('malformed', 400, '请求格式不正确。 The request is malformed.');
}

/**
 * Decides by the status table. `logKeys`: the keys of this origin, undefined when the witness does not know it. `last`: what it cosigned
 * last for this origin. `nowSeconds`: since 1970, not 0. Throws nothing that the request could cause.
 */
export function decideAddCheckpoint(
  { oldSize, proof, checkpoint, note }: AddCheckpoint,
  logKeys: readonly VerifierKey[] | undefined,
  last: WitnessedCheckpoint | undefined,
  signer: NoteSigner,
  nowSeconds: number,
): WitnessDecision {
  if (!logKeys) return refuse('unknown-origin', 404, '未知账本。 This witness does not know the log.');
  const trusted = trustedSignatures(note, logKeys);
  if (!trusted?.length)
    return refuse('untrusted', 403, '没有该账本可信密钥的有效签名。 No valid signature by a trusted key of the log.');
  if (oldSize > checkpoint.size) return refuse('old-too-large', 400, '旧大小超过新大小。 The old size exceeds the size.');
  const lastSize = last?.size ?? 0;
  if (oldSize !== lastSize) {
    return { verdict: 'conflict', answer: { status: 409, contentType: 'text/x.tlog.size', body: `${lastSize}\n` } };
  }
  if (!goesOn(last ?? { size: 0, root: EMPTY_ROOT }, checkpoint, proof)) {
    return refuse('inconsistent', 422, '一致性证明不成立。 The checkpoint is not shown to go on from the last one.');
  }
  const cosignature = cosignText(note.text, signer, nowSeconds);
  const { origin, size, root } = checkpoint;
  return {
    verdict: 'cosigned',
    answer: { status: 200, contentType: TEXT, body: encodeSignature(cosignature) },
    next: { origin, size, root, note: encodeNote({ text: note.text, signatures: [...trusted, cosignature] }) },
  };
}

const TEXT = 'text/plain; charset=utf-8';

function refuse(verdict: WitnessVerdict, status: 400 | 403 | 404 | 422, sentence: string): WitnessDecision {
  return { verdict, answer: { status, contentType: TEXT, body: `${sentence}\n` } };
}

/** The log's signatures that hold; undefined when one in its name fails. */
function trustedSignatures(note: Note, logKeys: readonly VerifierKey[]): VerifiedSignature[] | undefined {
  try {
    return verifySignatures(note.text, note.signatures, logKeys);
  } catch (error) {
    if (error instanceof LogFault) return undefined;
    throw error;
  }
}

function goesOn(last: TreeHead, next: TreeHead, proof: readonly Uint8Array[]): boolean {
  try {
    checkConsistency(last, next, proof);
    return true;
  } catch (error) {
    if (error instanceof LogFault) return false;
    throw error;
  }
}
