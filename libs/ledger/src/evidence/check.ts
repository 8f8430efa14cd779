import type { StatementType } from '#contracts';
import { decodeBase64, equalBytes, indexOfText, toHex, utf8Bytes } from '#crypto';
import { leafHash, openEntry, type Entry } from '../entry.js';
import { LedgerFault } from '../faults.js';
import { checkConsistency, checkInclusion } from '../log/check.js';
import { LogFault } from '../log/faults.js';
import { HASH_BYTES, type TreeHead } from '../log/hashes.js';
import { decodeUtf8 } from '../log/lines.js';
import { decodePolicy } from '../log/policy.js';
import { policyOf, type TrustRoot } from '../trust-root.js';
import { custodyOfExchange, SignedBy, type CompromisedKey, type ExchangeCustody, type Warning } from '../verify.js';
import { cosignedBy, type Cosigned } from './cosigned-by.js';
import { isDemo } from './demo-witnesses.js';
import { EvidenceFault, inFile } from './faults.js';
import { checkAnswers } from './check-answers.js';
import { KeysOfEntries } from './keys-of-entries.js';
import { makeEvidence, type EvidenceEntry, type EvidenceParts } from './make.js';
import {
  checkpointFile,
  decodeManifest,
  entryFile,
  manifestFile,
  policyFile,
  proofFile,
  readmeFile,
  pageFile,
  scriptFile,
  stampedFile,
  stampedProofFile,
  sumsFile,
  tokenFile,
  type EvidenceManifest,
  type EvidenceQuestion,
} from './manifest.js';
import { PAGES_VERSION } from './page.js';
import { readTimestamp } from './timestamp.js';
import { evidenceWarnings } from './warnings.js';
import { readZip } from './zip.js';

/** What a bundle shows once it holds. The same bundle and trust root give the same report. */
export interface EvidenceReport {
  readonly origin: string;
  readonly question: EvidenceQuestion;
  /** Whose sight of the ledger it is: a department's code, or `all`. */
  readonly view: string;
  /** Of the checkpoint. */
  readonly size: number;
  /** Hex. */
  readonly root: string;
  /** Entries that answer the question, and those that they were checked by. */
  readonly entries: number;
  readonly support: number;
  readonly byType: Readonly<Partial<Record<StatementType, number>>>;
  /** Witnesses of the trust root whose cosignature holds, and when they saw the checkpoint. */
  readonly cosigned: readonly Cosigned[];
  /** What a timestamp authority states; its signature is not checked here. */
  readonly timestamp?: { readonly size: number; readonly at: string };
  readonly exchangeCustody: readonly ExchangeCustody[];
  /** Of the keys that signed what answers the question, those declared compromised since, as far as the bundle tells. */
  readonly compromised: readonly CompromisedKey[];
  readonly warnings: readonly Warning[];
}

/**
 * Checks a bundle's bytes without network and server, by nothing but a trust root: every entry's form, signatures by keys that the bundle's
 * own entries show in force at its index, inclusion in the tree, the log's signature and the witnesses' quorum; then makes the bundle again
 * from its parts and compares every byte, page and script included. Throws EvidenceFault naming the first wrong file.
 */
export async function checkEvidence(bundle: Uint8Array, trustRoot: TrustRoot): Promise<EvidenceReport> {
  const files = readZip(bundle);
  const manifest = decodeManifest(fileOf(files, manifestFile));
  const isObject = new Set(manifest.object);
  const indexes = [...manifest.object, ...manifest.support].sort((a, b) => a - b);
  checkNames(files, manifest, indexes);
  if (manifest.origin !== trustRoot.origin)
    throw new EvidenceFault(new LogFault('checkpoint-origin-other', manifest.origin), manifestFile);

  const keys = new KeysOfEntries(trustRoot);
  const byType: Partial<Record<StatementType, number>> = {};
  const links: Link[] = [];
  const object: Entry[] = [];
  const signed = new SignedBy();
  for (const index of indexes) {
    const file = entryFile(index);
    const bytes = fileOf(files, file);
    const { entry, statementBytes } = inFile(file, () => openEntry(bytes));
    if (entry.index !== index) throw new EvidenceFault(new LedgerFault('index-gap', index), file);
    if (index === 0) inFile(file, () => keys.checkFirst(bytes));
    keys.add(entry, statementBytes, file);
    links.push({ index, prev: entry.prev, sealedAt: entry.sealedAt, leaf: leafHash(bytes) });
    if (isObject.has(index)) {
      const { type } = entry.statement;
      byType[type] = (byType[type] ?? 0) + 1;
      object.push(entry);
      signed.add(entry);
    }
  }
  if (links[0]?.index !== 0) throw new EvidenceFault('file-missing', entryFile(0));
  checkAnswers(manifest.question, object);

  // Signed by the log, and cosigned as the trust root asks, if it does.
  const checkpoint = inFile(checkpointFile, () => keys.openBelieved(fileOf(files, checkpointFile)));
  for (const { index, leaf } of links) {
    const proof = readHashes(files, proofFile(index));
    inFile(proofFile(index), () => checkInclusion(leaf, index, checkpoint, proof));
  }
  // After it: an entry that was altered is named itself, and not the one behind it.
  checkOrder(links);
  const timestamp = manifest.timestamp === undefined ? undefined : checkTimestamp(files, manifest, checkpoint, keys);
  const isMadeAgain = await checkMadeAgain(bundle, files, manifest, indexes);

  const exchangeCustody = custodyOfExchange(keys.states);
  const stated = decodePolicy(fileOf(files, policyFile));
  return {
    origin: manifest.origin,
    question: manifest.question,
    view: manifest.view,
    size: checkpoint.size,
    root: toHex(checkpoint.root),
    entries: manifest.object.length,
    support: manifest.support.length,
    byType,
    cosigned: cosignedBy(checkpoint, policyOf(trustRoot)),
    ...(timestamp ? { timestamp } : {}),
    exchangeCustody,
    compromised: signed.compromised(keys.states),
    warnings: evidenceWarnings({
      isWitnessed: policyOf(trustRoot).quorum !== 'none',
      isDemo: isDemo(policyOf(trustRoot)) || isDemo(stated),
      isTimestamped: timestamp !== undefined,
      isPagesKnown: isMadeAgain,
      isPartial: manifest.view !== 'all',
      isCustody: exchangeCustody.length > 0,
    }),
  };
}

function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const file = files.get(name);
  if (!file) throw new EvidenceFault('file-missing', name);
  return file;
}

/** Exactly the files that the manifest asks for. */
function checkNames(files: ReadonlyMap<string, Uint8Array>, manifest: EvidenceManifest, indexes: readonly number[]): void {
  const wanted = new Set([manifestFile, checkpointFile, policyFile, pageFile, readmeFile, scriptFile, sumsFile]);
  if (manifest.timestamp !== undefined) for (const name of [stampedFile, tokenFile, stampedProofFile]) wanted.add(name);
  for (const index of indexes) wanted.add(entryFile(index)).add(proofFile(index));
  for (const name of wanted) fileOf(files, name);
  for (const name of files.keys()) if (!wanted.has(name)) throw new EvidenceFault('file-unknown', name);
}

/** What binds an entry to those before it. */
interface Link extends Pick<Entry, 'index' | 'prev' | 'sealedAt'> {
  readonly leaf: Uint8Array;
}

/** Times never go back, and an entry goes on from the one before it where the bundle has that, too. */
function checkOrder(links: readonly Link[]): void {
  for (const [i, { index, prev, sealedAt }] of links.entries()) {
    const before = links[i - 1];
    if (!before) continue;
    const isGapless = before.index === index - 1;
    if (sealedAt < before.sealedAt) throw new EvidenceFault(new LedgerFault('time-went-back', index), entryFile(index));
    if (isGapless && prev !== toHex(before.leaf)) {
      throw new EvidenceFault(new LedgerFault('chain-broken', index), entryFile(index));
    }
  }
}

function checkTimestamp(
  files: ReadonlyMap<string, Uint8Array>,
  manifest: EvidenceManifest,
  checkpoint: TreeHead,
  keys: KeysOfEntries,
): { size: number; at: string } {
  const stamped = inFile(stampedFile, () => keys.openSigned(fileOf(files, stampedFile)));
  if (stamped.size !== manifest.timestamp) throw new EvidenceFault('file-differs', manifestFile);
  const proof = readHashes(files, stampedProofFile);
  inFile(stampedProofFile, () => checkConsistency(stamped, checkpoint, proof));
  return { size: stamped.size, at: readTimestamp(fileOf(files, tokenFile), utf8Bytes(stamped.note.text)) };
}

function readHashes(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array[] {
  const text = decodeUtf8(fileOf(files, name)) ?? 'x';
  const lines = text === '' ? [] : text.slice(0, -1).split('\n');
  const hashes = lines.map((line) => decodeBase64(line, HASH_BYTES));
  if ((text !== '' && !text.endsWith('\n')) || lines.length > 63 || !hashes.every((hash) => hash !== undefined)) {
    throw new EvidenceFault(new LogFault('proof-malformed'), name);
  }
  return hashes;
}

/**
 * Makes the bundle again and compares every byte: what people read and run is then what follows from the entries. Pages of a version that is
 * not this one's cannot be made again: false, and all else is compared.
 */
async function checkMadeAgain(
  bundle: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  manifest: EvidenceManifest,
  indexes: readonly number[],
): Promise<boolean> {
  const isPagesKnown = manifest.pages === PAGES_VERSION;
  const object = new Set(manifest.object);
  const text = (name: string): string => decodeUtf8(fileOf(files, name)) ?? '';
  const parts: EvidenceParts = {
    question: manifest.question,
    view: manifest.view,
    checkpoint: text(checkpointFile),
    policy: text(policyFile),
    ...(manifest.timestamp === undefined
      ? {}
      : {
          timestamp: {
            checkpoint: text(stampedFile),
            answer: fileOf(files, tokenFile),
            consistency: readHashes(files, stampedProofFile),
          },
        }),
  };
  const entries = indexes.map((index): EvidenceEntry => ({
    index,
    bytes: fileOf(files, entryFile(index)),
    hashes: readHashes(files, proofFile(index)),
    isObject: object.has(index),
  }));
  // Pages of another version are another length: only what is not theirs can be compared, and that was checked above.
  if (!isPagesKnown) return false;
  let at = 0;
  for await (const piece of makeEvidence(parts, entries)) {
    if (!equalBytes(bundle.subarray(at, at + piece.length), piece)) throw new EvidenceFault('file-differs', fileNamedIn(piece));
    at += piece.length;
  }
  if (at !== bundle.length) throw new EvidenceFault('zip-unusual');
  return true;
}

/** The name in the local header of a piece; empty for the directory. */
function fileNamedIn(piece: Uint8Array): string {
  const isFile = indexOfText(piece, 'PK\x03\x04') === 0;
  const length = (piece[26] ?? 0) + (piece[27] ?? 0) * 256;
  return isFile ? String.fromCharCode(...piece.subarray(30, 30 + length)) : '';
}
