import { sha256Hex, toBase64, utf8Bytes, type Bytes } from '#crypto';
import { openEntry } from '../entry.js';
import { decodeCheckpoint, type Checkpoint } from '../log/checkpoint.js';
import { decodeNote, type Note } from '../log/note.js';
import { decodePolicy } from '../log/policy.js';
import { checkScript } from './check-script.js';
import { inFile } from './faults.js';
import {
  checkpointFile,
  encodeManifest,
  entryFile,
  manifestFile,
  pageFile,
  policyFile,
  proofFile,
  readmeFile,
  scriptFile,
  stampedFile,
  stampedProofFile,
  sumsFile,
  tokenFile,
  type EvidenceManifest,
  type EvidenceQuestion,
} from './manifest.js';
import { EvidencePage, PAGES_VERSION } from './page.js';
import { readmeText } from './readme.js';
import { ZipWriter } from './zip.js';

/** A checkpoint that a timestamp authority stamped, and that the bundle's one continues it. */
export interface EvidenceTimestamp {
  /** The signed note, verbatim. */
  readonly checkpoint: string;
  /** The authority's answer (RFC 3161) over the note's text. */
  readonly answer: Uint8Array;
  readonly consistency: readonly Uint8Array[];
}

/** What a bundle is made of, beside its entries. */
export interface EvidenceParts {
  readonly question: EvidenceQuestion;
  readonly view: string;
  /** The signed note, verbatim, with the cosignatures that it has. */
  readonly checkpoint: string;
  /** The witness policy as the log states it. */
  readonly policy: string;
  readonly timestamp?: EvidenceTimestamp;
}

export interface EvidenceEntry {
  readonly index: number;
  /** The exact bytes. */
  readonly bytes: Uint8Array;
  /** The inclusion proof in the tree of the checkpoint, from the leaf's sibling up. */
  readonly hashes: readonly Uint8Array[];
  /** It answers the question; false: others are checked by it. */
  readonly isObject: boolean;
}

/**
 * Makes an evidence bundle, piece by piece: the same parts and entries give the same bytes. `entries` rise by index. Memory: the page, and a
 * line for each file. docs/formats/evidence-bundle.md. Throws EvidenceFault, and what an entry or the checkpoint is refused for.
 */
export async function* makeEvidence(
  parts: EvidenceParts,
  entries: AsyncIterable<EvidenceEntry> | Iterable<EvidenceEntry>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { note, checkpoint } = openParts(parts);
  const zip = new ZipWriter();
  const sums: string[] = [];
  const add = (name: string, content: Uint8Array | string): Uint8Array => {
    const bytes = typeof content === 'string' ? utf8Bytes(content) : content;
    if (name !== sumsFile) sums.push(`${sha256Hex(bytes)}  ${name}\n`);
    return zip.add(name, bytes);
  };
  yield add(checkpointFile, parts.checkpoint);
  yield add(policyFile, parts.policy);
  if (parts.timestamp) {
    yield add(stampedFile, parts.timestamp.checkpoint);
    yield add(tokenFile, parts.timestamp.answer);
    yield add(stampedProofFile, hashLines(parts.timestamp.consistency));
  }
  const page = new EvidencePage();
  const object: number[] = [];
  const support: number[] = [];
  for await (const { index, bytes, hashes, isObject } of entries) {
    page.add(
      inFile(entryFile(index), () => openEntry(bytes).entry),
      bytes,
      isObject,
    );
    (isObject ? object : support).push(index);
    yield add(entryFile(index), bytes);
    yield add(proofFile(index), hashLines(hashes));
  }
  const manifest: EvidenceManifest = {
    v: 1,
    kind: 'evidence',
    pages: PAGES_VERSION,
    origin: checkpoint.origin,
    question: parts.question,
    view: parts.view,
    object,
    support,
    ...(parts.timestamp ? { timestamp: decodeCheckpoint(decodeNote(utf8Bytes(parts.timestamp.checkpoint)).text).size } : {}),
  };
  yield add(manifestFile, encodeManifest(manifest));
  const signers = note.signatures.map(({ name, keyHash }) => `${name} ${keyHash}`);
  yield add(pageFile, page.text(manifest, checkpoint, signers, decodePolicy(utf8Bytes(parts.policy))));
  yield add(readmeFile, readmeText(manifest, checkpoint));
  yield add(scriptFile, checkScript);
  yield add(sumsFile, sums.join(''));
  yield zip.end();
}

function openParts({ checkpoint, policy }: EvidenceParts): { note: Note; checkpoint: Checkpoint } {
  inFile(policyFile, () => decodePolicy(utf8Bytes(policy)));
  return inFile(checkpointFile, () => {
    const note = decodeNote(utf8Bytes(checkpoint));
    return { note, checkpoint: decodeCheckpoint(note.text) };
  });
}

/** A proof's file: a hash in base64 a line. */
function hashLines(hashes: readonly Uint8Array[]): Bytes {
  return utf8Bytes(hashes.map((hash) => `${toBase64(hash)}\n`).join(''));
}
