import { decodeBase64, indexOfText, RecentlyUsed, toBase64, utf8Bytes } from '#crypto';
import { checkInclusion } from './check.js';
import { decodeCheckpoint, openCheckpoint, type OpenedCheckpoint } from './checkpoint.js';
import { LogFault } from './faults.js';
import { HASH_BYTES } from './hashes.js';
import { decodeAnyBase64, decodeDecimal, decodeUtf8 } from './lines.js';
import { decodeNote, NOTE_MAX_BYTES } from './note.js';
import { reachesQuorum, type LogPolicy } from './policy.js';
import type { VerifierKey } from './verifier-key.js';

/** That a leaf is in a witnessed log, checkable offline: tlog-proof of C2SP. docs/formats/log-proof.md. */
export interface LogProof {
  /** Not authenticated by anything. */
  readonly extra?: Uint8Array;
  readonly index: number;
  /** From the leaf's sibling up. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
}

const HEAD = 'c2sp.org/tlog-proof@v1';
/** No tree is higher. */
const HASHES_MAX = 63;
const PROOF_MAX_BYTES = 2 * NOTE_MAX_BYTES;

// Of a log that is asked often most proofs have the same note.
const notesRead = new RecentlyUsed<string, true>(8);

/** The proof's text form. Throws LogFault for what `decodeLogProof` would not read. */
export function encodeLogProof({ extra, index, hashes, checkpoint }: LogProof): string {
  if (extra?.length === 0) throw new LogFault('proof-malformed', 'extra');
  if (!Number.isSafeInteger(index) || index < 0) throw new LogFault('proof-malformed', 'index');
  if (hashes.length > HASHES_MAX || !hashes.every(({ length }) => length === HASH_BYTES))
    throw new LogFault('proof-malformed', 'hashes');
  if (!notesRead.get(checkpoint)) {
    decodeCheckpoint(decodeNote(utf8Bytes(checkpoint)).text);
    notesRead.set(checkpoint, true);
  }
  const lines = [HEAD, ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]), `index ${index}`, ...hashes.map(toBase64)];
  const text = `${lines.join('\n')}\n\n${checkpoint}`;
  if (utf8Bytes(text).length > PROOF_MAX_BYTES) throw new LogFault('proof-malformed', 'first line');
  return text;
}

/** Reads a proof; nothing of it is believed. Throws LogFault `proof-malformed`, or what its checkpoint is refused for. */
export function decodeLogProof(bytes: Uint8Array): LogProof {
  const end = bytes.length > PROOF_MAX_BYTES ? -1 : indexOfText(bytes, '\n\n');
  const head = end < 0 ? undefined : decodeUtf8(bytes.subarray(0, end));
  const [first, ...lines] = head?.split('\n') ?? [];
  if (first !== HEAD) throw new LogFault('proof-malformed', 'first line');
  const [, extraText] = /^extra (.*)$/s.exec(lines[0] ?? '') ?? [];
  if (extraText !== undefined) lines.shift();
  const extra = decodeAnyBase64(extraText ?? '');
  if (extraText === '' || extra === undefined) throw new LogFault('proof-malformed', 'extra');
  const index = decodeDecimal(/^index (.*)$/s.exec(lines.shift() ?? '')?.[1] ?? '');
  if (index === undefined) throw new LogFault('proof-malformed', 'index');
  const hashes = lines.map((line) => decodeBase64(line, HASH_BYTES));
  if (hashes.length > HASHES_MAX || !hashes.every((hash) => hash !== undefined)) throw new LogFault('proof-malformed', 'hashes');
  const note = bytes.subarray(end + 2);
  decodeCheckpoint(decodeNote(note).text);
  return { ...(extraText === undefined ? {} : { extra }), index, hashes, checkpoint: decodeUtf8(note) as string };
}

/** What a proof shows once it holds. */
export interface OpenedLogProof {
  readonly checkpoint: OpenedCheckpoint;
  readonly index: number;
  /** Believed by nobody: nothing authenticates it. */
  readonly extra?: Uint8Array;
}

/**
 * Opens a proof about a leaf: a log of the policy signed the checkpoint, its witnesses' cosignatures reach the quorum, and the leaf is in the
 * tree at the index. Whoever wants one log gives a policy that names no other. Throws LogFault.
 */
export function openLogProof(bytes: Uint8Array, leafHash: Uint8Array, policy: LogPolicy): OpenedLogProof {
  const { index, hashes, extra, checkpoint: note } = decodeLogProof(bytes);
  const checkpoint = openWitnessed(utf8Bytes(note), policy);
  checkInclusion(leafHash, index, checkpoint, hashes);
  return { checkpoint, index, ...(extra === undefined ? {} : { extra }) };
}

/** Opens a checkpoint that a log of the policy signed and whose cosignatures reach its quorum. Throws LogFault, also `quorum-missing`. */
export function openWitnessed(note: Uint8Array, policy: LogPolicy): OpenedCheckpoint {
  const { origin } = decodeCheckpoint(decodeNote(note).text);
  const keys = (entries: readonly { readonly key: VerifierKey }[]) => entries.map(({ key }) => key);
  const checkpoint = openCheckpoint(note, origin, keys(policy.logs), keys(policy.witnesses));
  if (!reachesQuorum(policy, keys(checkpoint.cosignatures))) {
    throw new LogFault('quorum-missing', `${checkpoint.cosignatures.length} cosignatures`);
  }
  return checkpoint;
}
