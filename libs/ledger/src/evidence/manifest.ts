import { z } from 'zod';
import { countSchema, departmentCodeSchema, idSchema, instantSchema, originSchema } from '#contracts';
import { decodeCanonical, encodeCanonical, type Bytes } from '#crypto';
import { EvidenceFault } from './faults.js';

/** Entries that a bundle may hold, those that are needed to check the others included. */
export const EVIDENCE_ENTRIES_MAX = 10_000;

/** What a bundle is about: one object, or everything sealed from an instant to just before another. */
export const evidenceQuestionSchema = z.union([
  z.strictObject({ right: idSchema }),
  z.strictObject({ delivery: idSchema }),
  z.strictObject({ dataset: idSchema }),
  z.strictObject({ from: instantSchema, until: instantSchema }),
]);
export type EvidenceQuestion = z.infer<typeof evidenceQuestionSchema>;

const indexes = z.array(countSchema).max(EVIDENCE_ENTRIES_MAX);
const manifestSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('evidence'),
  /** Which wording index.html, README.txt and check.sh have. */
  pages: countSchema,
  origin: originSchema,
  question: evidenceQuestionSchema,
  /** Whose sight of the ledger it is: a department's, that is the entries which name it, or that of who supervises. */
  view: z.union([z.literal('all'), departmentCodeSchema]),
  /** Entries that answer the question. */
  object: indexes,
  /** Entries that the others are checked by: keys, departments, recipients, the dataset. */
  support: indexes,
  /** Size of the tree whose checkpoint was timestamped. */
  timestamp: countSchema.optional(),
});

/** What a bundle says of itself (`manifest.json`). Nothing of it is believed: it says what to look for. */
export type EvidenceManifest = z.infer<typeof manifestSchema>;

/** The file's bytes: canonical JSON. */
export const encodeManifest = (manifest: EvidenceManifest): Bytes => encodeCanonical(manifest);

/** Reads the file; both lists must rise, and no entry may stand in both. Throws EvidenceFault `manifest-malformed`. */
export function decodeManifest(bytes: Uint8Array): EvidenceManifest {
  let manifest: EvidenceManifest;
  try {
    manifest = manifestSchema.parse(decodeCanonical(bytes, 1_000_000));
  } catch (error) {
    throw new EvidenceFault('manifest-malformed', manifestFile, '', { cause: error });
  }
  const all = [...manifest.object, ...manifest.support];
  const rise = (list: readonly number[]) => list.every((index, i) => i === 0 || index > (list[i - 1] as number));
  if (!rise(manifest.object) || !rise(manifest.support) || new Set(all).size < all.length || all.length > EVIDENCE_ENTRIES_MAX) {
    throw new EvidenceFault('manifest-malformed', manifestFile, 'indexes');
  }
  return manifest;
}

// The names of a bundle's files. docs/formats/evidence-bundle.md.
export const manifestFile = 'manifest.json';
export const checkpointFile = 'checkpoint';
export const policyFile = 'policy';
export const pageFile = 'index.html';
export const readmeFile = 'README.txt';
export const scriptFile = 'check.sh';
export const sumsFile = 'SHA256SUMS';
export const stampedFile = 'timestamp/checkpoint';
export const tokenFile = 'timestamp/answer.tsr';
export const stampedProofFile = 'timestamp/consistency';
export const entryFile = (index: number): string => `entries/${index}.json`;
export const proofFile = (index: number): string => `proofs/${index}`;
