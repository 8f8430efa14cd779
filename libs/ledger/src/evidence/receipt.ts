import { z } from 'zod';
import {
  countSchema,
  hex64Schema,
  idSchema,
  instantSchema,
  keyIdSchema,
  originSchema,
  signatureSchema,
  type StatementType,
} from '#contracts';
import { decodeCanonical, encodeCanonical, toHex, utf8Bytes, type Bytes } from '#crypto';
import { leafHash, openEntry, type Entry } from '../entry.js';
import { LogFault } from '../log/faults.js';
import { decodeAnyBase64 } from '../log/lines.js';
import { decodeLogProof } from '../log/log-proof.js';
import type { OpenedCheckpoint } from '../log/checkpoint.js';
import { checkInclusion } from '../log/check.js';
import { checkAdmission, checkSealed } from '../receipts.js';
import { statementDigest } from '../statement.js';
import { policyOf, type TrustRoot } from '../trust-root.js';
import type { Warning } from '../verify.js';
import { cosignedBy, type Cosigned } from './cosigned-by.js';
import { isDemo } from './demo-witnesses.js';
import { EvidenceFault, inFile } from './faults.js';
import { KeysOfEntries } from './keys-of-entries.js';
import { receiptWarnings } from './warnings.js';

const base64Schema = z.string().max(100_000);
const receiptSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('receipt'),
  origin: originSchema,
  statement: idSchema,
  /** The exchange took the statement in, and promised to seal or to reject it by a time. */
  admission: z
    .strictObject({
      statement: idSchema,
      digest: hex64Schema,
      admittedAt: instantSchema,
      sealBy: instantSchema,
      keyId: keyIdSchema,
      signature: signatureSchema,
    })
    .optional(),
  /** It stands in the ledger, durably, at this index. */
  durable: z
    .strictObject({
      statement: idSchema,
      index: countSchema,
      leafHash: hex64Schema,
      sealedAt: instantSchema,
      epoch: countSchema,
      keyId: keyIdSchema,
      signature: signatureSchema,
    })
    .optional(),
  /** The entry's exact bytes, base64. */
  entry: base64Schema.optional(),
  /** tlog-proof (docs/formats/log-proof.md): the entry is in the published tree. */
  proof: z.string().max(2_000_000).optional(),
  /** Entries that show the log's later keys, by index, base64: only where the first one is not its only one. */
  keys: z.array(base64Schema).max(1_000).optional(),
});

/** What a statement's author carries away (`*.receipt.json`). docs/formats/receipt.md. */
export type ReceiptFile = z.infer<typeof receiptSchema>;

const receiptMaxBytes = 8_000_000;

/** The file's bytes: canonical JSON. */
export const encodeReceipt = (receipt: ReceiptFile): Bytes => encodeCanonical(receipt);

/** Reads the file; one line feed at its end is allowed. Nothing of it is believed. Throws EvidenceFault `receipt-malformed`. */
export function decodeReceipt(bytes: Uint8Array): ReceiptFile {
  const end = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  try {
    const receipt = receiptSchema.parse(decodeCanonical(bytes.subarray(0, end), receiptMaxBytes));
    const { admission, durable, entry, proof } = receipt;
    // Each stage stands on the one before it; a receipt of nothing is none.
    if ((!admission && !durable) || (durable === undefined) !== (entry === undefined) || (proof !== undefined && !entry)) {
      throw new Error('stages');
    }
    return receipt;
  } catch (error) {
    throw new EvidenceFault('receipt-malformed', '', '', { cause: error });
  }
}

/**
 * How far a statement has come, as its receipt proves: `admitted`, `durable` (the log's key says where it stands), `published` (it is in a
 * tree that the log signed, and the trust root names no witnesses), `witnessed` (and they reach the quorum).
 */
export type ReceiptStage = 'admitted' | 'durable' | 'published' | 'witnessed';

export interface ReceiptReport {
  readonly origin: string;
  readonly statement: string;
  readonly stage: ReceiptStage;
  readonly admittedAt?: string;
  readonly sealBy?: string;
  readonly type?: StatementType;
  readonly issuer?: string;
  readonly index?: number;
  readonly sealedAt?: string;
  readonly leafHash?: string;
  /** Of the tree. */
  readonly size?: number;
  readonly cosigned: readonly Cosigned[];
  readonly warnings: readonly Warning[];
}

/**
 * Checks a receipt without network and server by a trust root: who signed each part, and that all of them speak of one statement. The same
 * file and trust root give the same report. Throws EvidenceFault naming the part that is wrong.
 */
export function checkReceipt(bytes: Uint8Array, trustRoot: TrustRoot): ReceiptReport {
  const receipt = decodeReceipt(bytes);
  const { origin, statement, admission, durable, proof } = receipt;
  if (origin !== trustRoot.origin) throw new EvidenceFault(new LogFault('checkpoint-origin-other', origin));
  const keys = keysIn(receipt, trustRoot);
  if (admission) {
    inFile('admission', () => checkAdmission(origin, admission, publicKeyOf(keys, admission.keyId, 'admission')));
    if (admission.statement !== statement) throw new EvidenceFault('receipt-differs', 'admission');
  }
  const sealed = receipt.entry === undefined ? undefined : openSealed(receipt.entry);
  if (sealed && durable) {
    inFile('durable', () => checkSealed(origin, durable, publicKeyOf(keys, durable.keyId, 'durable')));
    const { entry, leaf, digest } = sealed;
    const isSame =
      durable.statement === statement &&
      durable.index === entry.index &&
      durable.leafHash === toHex(leaf) &&
      durable.sealedAt === entry.sealedAt;
    if (!isSame) throw new EvidenceFault('receipt-differs', 'durable');
    if (entry.statement.id !== statement || entry.statement.origin !== origin || (admission && admission.digest !== digest)) {
      throw new EvidenceFault('receipt-differs', 'entry');
    }
  }
  const policy = policyOf(trustRoot);
  const opened = proof === undefined || !sealed ? undefined : openProof(proof, sealed, keys);
  const isWitnessed = policy.quorum !== 'none';
  const stage = opened ? (isWitnessed ? 'witnessed' : 'published') : durable ? 'durable' : 'admitted';
  return {
    origin,
    statement,
    stage,
    ...(admission ? { admittedAt: admission.admittedAt, sealBy: admission.sealBy } : {}),
    ...(sealed
      ? {
          type: sealed.entry.statement.type,
          issuer: sealed.entry.statement.issuer,
          index: sealed.entry.index,
          sealedAt: sealed.entry.sealedAt,
          leafHash: toHex(sealed.leaf),
        }
      : {}),
    ...(opened ? { size: opened.size } : {}),
    cosigned: opened ? cosignedBy(opened, policy) : [],
    warnings: receiptWarnings({
      isWitnessed,
      isPublished: opened !== undefined,
      isSealed: sealed !== undefined,
      isDemo: isDemo(policy),
      isLate: admission !== undefined && sealed !== undefined && sealed.entry.sealedAt > admission.sealBy,
      hasLaterKeys: receipt.keys !== undefined,
    }),
  };
}

/** The log's keys: the trust root's, and those that entries in the file show, signed by the competent department. */
function keysIn({ keys = [] }: ReceiptFile, trustRoot: TrustRoot): KeysOfEntries {
  const shown = new KeysOfEntries(trustRoot);
  let last = -1;
  for (const text of keys) last = shown.addNext(decodeBase64Text(text, 'keys'), last, 'keys');
  return shown;
}

function publicKeyOf(keys: KeysOfEntries, keyId: string, part: string): string {
  const publicKey = keys.logPublicKey(keyId);
  if (publicKey === undefined) throw new EvidenceFault('key-entry-missing', part, keyId);
  return publicKey;
}

interface Sealed {
  readonly entry: Entry;
  readonly leaf: Uint8Array;
  readonly digest: string;
}

function openSealed(text: string): Sealed {
  const bytes = decodeBase64Text(text, 'entry');
  const { entry, statementBytes } = inFile('entry', () => openEntry(bytes));
  return { entry, leaf: leafHash(bytes), digest: statementDigest(statementBytes) };
}

function decodeBase64Text(text: string, part: string): Uint8Array {
  const bytes = decodeAnyBase64(text);
  if (!bytes) throw new EvidenceFault('receipt-malformed', part);
  return bytes;
}

function openProof(text: string, { entry, leaf }: Sealed, keys: KeysOfEntries): OpenedCheckpoint {
  return inFile('proof', () => {
    const { index, checkpoint } = openProofBy(utf8Bytes(text), leaf, keys);
    if (index !== entry.index) throw new EvidenceFault('receipt-differs', 'proof');
    return checkpoint;
  });
}

/**
 * Opens a tlog-proof about a leaf by what a trust root and the log's keys shown from it on believe. Throws LogFault, also `quorum-missing`.
 */
export function openProofBy(
  bytes: Uint8Array,
  leaf: Uint8Array,
  keys: KeysOfEntries,
): { readonly index: number; readonly checkpoint: OpenedCheckpoint } {
  const { index, hashes, checkpoint: note } = decodeLogProof(bytes);
  const checkpoint = keys.openBelieved(utf8Bytes(note));
  checkInclusion(leaf, index, checkpoint, hashes);
  return { index, checkpoint };
}
