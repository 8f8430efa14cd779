import { qualityReportSchema } from '../quality-report.js';
import { z } from 'zod';
import { detectedSchema } from '../file-form.js';
import { stateKinds } from '../state.js';
import { statementSignatureSchema } from '../statements/envelope.js';
import { statementSchema, statementTypeSchema } from '../statements/statement.js';
import {
  countSchema,
  custodySchema,
  datasetEntrySchema,
  dateSchema,
  departmentCodeSchema,
  compressionSchema,
  formatSchema,
  hex64Schema,
  idSchema,
  instantSchema,
  itemTransformationSchema,
  levelSchema,
  methodSchema,
  obligationsSchema,
  purposeTextSchema,
  quotaSchema,
  roleSchema,
  rowScopeSchema,
  windowSchema,
} from '../vocabulary.js';

/** One sentence in both languages. */
export const sentenceSchema = z.object({ zh: z.string(), en: z.string() });
export const violationsSchema = z.object({
  count: countSchema,
  rows: countSchema,
  totals: z.array(z.object({ code: z.string(), item: z.string().optional(), count: countSchema })),
  first: z.array(z.any()),
});
export const problemSchema = z.object({
  type: z.string(),
  code: z.string(),
  status: z.number().int(),
  title: sentenceSchema,
  details: z.record(z.string(), z.any()).optional(),
  at: z
    .object({ field: z.string().optional(), line: z.number().int().optional(), column: z.number().int().optional() })
    .optional(),
  faults: z.array(z.any()).optional(),
  /** What is wrong with the rows of a file: the first hundred places, all counted by code and item. */
  violations: violationsSchema.optional(),
});

export const membershipViewSchema = z.object({ department: z.string(), departmentName: z.string(), roles: z.array(roleSchema) });
export const personViewSchema = z.object({
  id: idSchema,
  login: z.string(),
  /** Empty once erased. */
  name: z.string(),
  memberships: z.array(membershipViewSchema),
});
/** A person as others see them: id and name, erased names empty. */
export const personNameSchema = z.object({ id: idSchema, name: z.string() });

export const keyViewSchema = z.object({
  keyId: z.string(),
  department: z.string(),
  publicKey: z.string(),
  custody: custodySchema,
  admittedAt: countSchema,
  endedAt: countSchema.optional(),
  endReason: z.string().optional(),
});
export const recipientViewSchema = z.object({
  recipient: z.string(),
  department: z.string(),
  label: z.string(),
  admittedAt: countSchema,
  endedAt: countSchema.optional(),
  endReason: z.string().optional(),
});
export const departmentViewSchema = z.object({
  code: departmentCodeSchema,
  name: z.string(),
  level: levelSchema,
  region: z.string(),
  parent: z.string().optional(),
  competent: z.boolean(),
  keys: z.array(keyViewSchema),
  recipients: z.array(recipientViewSchema),
});

export const proposalStateSchema = z.enum([
  'awaiting-approval',
  'awaiting-signature',
  'awaiting-seal',
  'sealed',
  'returned',
  'rejected',
]);
/** A statement on its way into the ledger: who prepared it, whose approval and signature it still needs. */
export const proposalViewSchema = z.object({
  id: idSchema,
  type: statementTypeSchema,
  state: proposalStateSchema,
  statement: statementSchema,
  /** The texts behind the commitments in the statement, for those who may read them: commitment → key and text. */
  texts: z.record(z.string(), z.object({ key: z.string(), text: z.string() })),
  custody: custodySchema,
  /** The department whose office head must approve, if one must. */
  approvalBy: z.string().optional(),
  preparedBy: personNameSchema,
  preparedAt: instantSchema,
  sentence: sentenceSchema,
  /** The object that it creates or is about. */
  about: z.object({
    kind: z.enum(stateKinds),
    id: z.string(),
    /** The dataset's title; a person's or a department's name where it is about one. Empty once erased. */
    title: z.string(),
    dataset: idSchema.optional(),
    /** On its sides: whoever asks first, whoever provides last. */
    departments: z.array(z.object({ code: z.string(), name: z.string() })),
  }),
  /** Where it replies to a request: the day by which the reply is due. */
  due: dateSchema.optional(),
  workingDaysLeft: z.number().int().optional(),
  /** The office head's approval, once given. */
  approval: z.object({ person: personNameSchema, at: instantSchema }).optional(),
  returnReason: z.string().optional(),
  /** The exchange's word, signed with the log key, that it seals or denies the statement by a time (docs/formats/statements.md). */
  receipt: z
    .object({
      statement: idSchema,
      digest: hex64Schema,
      admittedAt: instantSchema,
      sealBy: instantSchema,
      keyId: z.string(),
      signature: z.string(),
    })
    .optional(),
  index: countSchema.optional(),
  problem: problemSchema.optional(),
});

export const versionViewSchema = z.object({
  id: idSchema,
  dataset: idSchema,
  number: z.number().int(),
  rows: countSchema,
  parts: z.number().int(),
  schemaDigest: hex64Schema,
  /** Rows of its file that were left out because they did not fit the entry. */
  leftOut: countSchema.optional(),
  commitment: hex64Schema,
  /** Shown to the provider alone. */
  contentDigest: hex64Schema.optional(),
  publishedAt: instantSchema,
});
/** A version's quality report, or how far it is. */
export const reportViewSchema = z.object({
  version: idSchema,
  number: z.number().int().min(1),
  state: z.enum(['making', 'made', 'failed']),
  madeAt: instantSchema.optional(),
  problem: problemSchema.optional(),
  report: qualityReportSchema.optional(),
});
export type ReportView = z.infer<typeof reportViewSchema>;

export const datasetViewSchema = z.object({
  id: idSchema,
  provider: z.string(),
  providerName: z.string(),
  entry: datasetEntrySchema,
  enteredAt: instantSchema,
  versions: z.number().int(),
  latestVersion: versionViewSchema.optional(),
});
export const askedTextSchema = z.object({
  purpose: purposeTextSchema,
  items: z.array(z.string()),
  rows: rowScopeSchema,
  method: methodSchema,
  formats: z.array(formatSchema),
  window: windowSchema,
  quota: quotaSchema,
});
export const requestViewSchema = z.object({
  id: idSchema,
  dataset: idSchema,
  datasetTitle: z.string(),
  from: z.string(),
  fromName: z.string(),
  to: z.string(),
  toName: z.string(),
  state: z.enum(['submitted', 'supplement-asked', 'refused', 'withdrawn', 'granted']),
  /** The one notice of what is missing has been given: it is not given again. */
  supplementAsked: z.boolean(),
  asked: askedTextSchema,
  receivedAt: instantSchema,
  due: dateSchema.optional(),
  workingDaysLeft: z.number().int().optional(),
  missing: z.string().optional(),
  answer: z.string().optional(),
  refusal: z.object({ code: z.string(), reason: z.string() }).optional(),
  right: idSchema.optional(),
});
/**
 * How many of the dataset's `total` rows a scope holds. Fewer than ten are not told apart. `rounded`: `rows` is a multiple of ten, and at
 * least so many there are; so it is told for a key list, and where fewer than ten rows would be left out.
 */
export const rowCountViewSchema = z.union([
  z.object({ total: countSchema, rows: countSchema, rounded: z.boolean() }),
  z.object({ total: countSchema, fewerThan: z.literal(10) }),
]);
/** Why a line of a key list was left out: no value of the item, too long, with control characters, or with another number of fields. */
export const malformedKeySchema = z.enum(['value-misfit', 'too-long', 'control-character', 'fields-differ']);
/** A list of keys (名单) that a row scope may name. Its keys are told to nobody. */
export const keyListViewSchema = z.object({
  id: idSchema,
  dataset: idSchema,
  item: z.string(),
  fileName: z.string(),
  /** Different keys. */
  count: countSchema,
  /** Lines that repeat a key, which count once. */
  duplicates: countSchema,
  malformed: z.object({
    count: countSchema,
    /** The first of them; lines are counted from 1. */
    first: z.array(z.object({ line: z.number().int(), reason: malformedKeySchema })),
  }),
  /** What a row scope says of the list, and the ledger with it: HMAC-SHA-256 of its keys. */
  commitment: hex64Schema,
  createdAt: instantSchema,
  /** From then on nothing can be chosen by it any more. */
  destroyedAt: instantSchema.optional(),
});
export const uploadViewSchema = z.object({
  id: idSchema,
  dataset: idSchema,
  fileName: z.string(),
  /** `taken`: a key list that was taken. */
  state: z.enum(['receiving', 'proposed', 'taken', 'failed']),
  bytes: countSchema,
  rows: countSchema,
  /** Of a file that arrives in several requests: its size, until when it may go on, and for its sender the pieces that came, in order. */
  sizeBytes: countSchema.optional(),
  expiresAt: instantSchema.optional(),
  pieces: z.array(z.object({ sizeBytes: countSchema, sha256: hex64Schema })).optional(),
  fileSha256: hex64Schema.optional(),
  contentDigest: hex64Schema.optional(),
  /** What was found out of the file, each with its reason. */
  detected: z.array(detectedSchema).optional(),
  /** What was wrong with the rows that were left out. */
  leftOut: violationsSchema.optional(),
  /** The rows that do not fit can be downloaded. */
  hasFaultyRows: z.boolean().optional(),
  problem: problemSchema.optional(),
  proposal: proposalViewSchema.optional(),
  keyList: keyListViewSchema.optional(),
});
export type KeyListView = z.infer<typeof keyListViewSchema>;
export const previewViewSchema = z.object({
  /** All rows that would leave. */
  rows: countSchema,
  items: z.array(z.string()),
  /** Which of the rows the sample begins with, counted from 0. */
  from: countSchema,
  /** Masked as they would leave, in the version's order; null is a missing value. */
  sample: z.array(z.array(z.string().nullable())),
  /** When rows are chosen by key lists: how many keys they have, and how many of these the version has rows for. */
  keys: z.object({ listed: countSchema, matched: countSchema }).optional(),
});

/** It is sealed and does not count yet: why, and what people are told meanwhile. Missing: it waits for nothing. */
export const waitsSchema = z.object({ code: z.literal('not-witnessed'), sentence: sentenceSchema });

export const rightViewSchema = z.object({
  id: idSchema,
  request: idSchema,
  dataset: idSchema,
  datasetTitle: z.string(),
  grantor: z.string(),
  grantorName: z.string(),
  grantee: z.string(),
  granteeName: z.string(),
  decision: z.string(),
  /** `ended` when its window is over, `not-yet` before it opens: judged at the time of the answer. */
  state: z.enum(['in-force', 'suspended', 'terminated', 'ended', 'not-yet']),
  purpose: purposeTextSchema,
  version: z.string(),
  items: z.array(z.string()),
  rows: rowScopeSchema,
  transformations: z.array(itemTransformationSchema),
  method: methodSchema,
  formats: z.array(formatSchema),
  window: windowSchema,
  quota: quotaSchema,
  used: z.object({ pulls: countSchema, rows: countSchema, pullsToday: countSchema }),
  obligations: obligationsSchema,
  sentence: sentenceSchema,
  grantedAt: instantSchema,
  /** Who suspended or terminated it, when and why. */
  end: z.object({ code: z.string(), reason: z.string(), at: instantSchema, by: z.string(), byName: z.string() }).optional(),
  /** The grant does not count yet. */
  waits: waitsSchema.optional(),
});

/** Counts of rows that changed since a delivery, as the holder of the right sees them. */
export const rightChangesSchema = z.object({
  since: z.object({ delivery: idSchema, version: idSchema, number: z.number().int().min(1) }),
  version: idSchema,
  number: z.number().int().min(1),
  added: countSchema,
  changed: countSchema,
  removed: countSchema,
});
export type RightChanges = z.infer<typeof rightChangesSchema>;

export const deliveryStageSchema = z.enum([
  'sealing',
  'deciding',
  'waiting',
  'selecting',
  'encrypting',
  'storing',
  'recording',
  'ready',
  'ended',
]);
export const deliveryViewSchema = z.object({
  id: idSchema,
  right: idSchema,
  dataset: idSchema,
  datasetTitle: z.string(),
  grantor: z.string(),
  grantee: z.string(),
  granteeName: z.string(),
  state: z.enum(['pulled', 'refused', 'decided', 'prepared', 'failed', 'cancelled', 'received']),
  stage: deliveryStageSchema,
  progress: z.object({ done: countSchema, total: countSchema }).optional(),
  pulledAt: instantSchema,
  format: formatSchema,
  compression: compressionSchema.optional(),
  /** The earlier delivery since which only what changed was asked for. */
  since: idSchema.optional(),
  items: z.array(z.string()),
  recipients: z.array(z.string()),
  rows: countSchema.optional(),
  sizeBytes: countSchema.optional(),
  ciphertextSha256: hex64Schema.optional(),
  plaintextHmac: hex64Schema.optional(),
  problem: problemSchema.optional(),
  servedBytes: countSchema,
  /** Is the payload still stored? */
  payload: z.boolean(),
  receivedAt: instantSchema.optional(),
  /** The pull cannot be decided yet, or what was decided cannot be downloaded yet. */
  waits: waitsSchema.optional(),
});

/** How the ledger stands, for everybody who works with it. */
export const ledgerStatusSchema = z.object({
  /** Entries that are durable, and entries of which a checkpoint is signed. */
  size: countSchema,
  signedSize: countSchema,
  /** When grants and deliveries count, as entry 0 says; missing before set-up. */
  inForce: z.enum(['durable', 'witnessed']).optional(),
  /** Whether the ledger is sealed, since when, and if not, why. */
  sealing: z.object({ ok: z.boolean(), since: instantSchema.optional(), problem: problemSchema.optional() }),
  /** Statements that were admitted and are not sealed yet; `overdue`: those whose promised time is over; the first of the promised times. */
  inbox: z.object({ waiting: countSchema, overdue: countSchema, sealBy: instantSchema.optional() }),
  witnesses: z.object({
    /** Whether checkpoints are published only with the cosignatures of a quorum. */
    quorum: z.boolean(),
    /** Whether the witnesses that answer now are a quorum. */
    reached: z.boolean(),
    /** The last checkpoint that reached it. */
    witnessed: z.object({ size: countSchema, at: instantSchema }).optional(),
    /** Since when entries wait to be witnessed; missing when none does. */
    behindSince: instantSchema.optional(),
    /** They stand under one roof with the exchange and prove nothing; said wherever they are shown. */
    demo: sentenceSchema.optional(),
    each: z.array(
      z.object({
        name: z.string(),
        key: z.string(),
        url: z.string(),
        ok: z.boolean(),
        cosignedSize: countSchema.optional(),
        cosignedAt: instantSchema.optional(),
        problem: problemSchema.optional(),
        failedAt: instantSchema.optional(),
      }),
    ),
  }),
});

export const entryViewSchema = z.object({
  index: countSchema,
  sealedAt: instantSchema,
  type: statementTypeSchema,
  issuer: z.string(),
  issuerName: z.string(),
  sentence: sentenceSchema,
  leafHash: hex64Schema,
  statement: statementSchema,
  signatures: z.array(statementSignatureSchema),
  /** The object that it creates or is about. */
  subject: z.string(),
  dataset: z.object({ id: idSchema, title: z.string() }).optional(),
  /** All whom it names, on any side; erased names are empty. */
  departments: z.array(z.object({ code: z.string(), name: z.string() })),
  persons: z.array(personNameSchema),
  /** The texts behind its commitments: commitment → key and text. Erased ones are missing. */
  texts: z.record(z.string(), z.object({ key: z.string(), text: z.string() })),
  /** The entry's exact bytes, base64: only where one entry is asked for. */
  bytes: z.string().optional(),
});
export const noticeViewSchema = z.object({
  id: idSchema,
  at: instantSchema,
  kind: z.string(),
  sentence: sentenceSchema,
  subject: idSchema.optional(),
  read: z.boolean(),
});

/** A page of a list: hand `next` back as `cursor` for what follows. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}
/** A yes or no in a query. */
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');
/** Types of statements in a query, separated by commas. */
export const statementTypesQuery = z
  .string()
  .max(1000)
  .transform((text) => text.split(','))
  .pipe(z.array(statementTypeSchema).min(1));
/** How many there are in all, counted to 10,000. */
export const totalSchema = z.object({ count: countSchema, more: z.boolean() });
/** A page whose first one says how many there are. */
export function countedPageOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().optional(), total: totalSchema.optional() });
}
export const pageQuery = { cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(500).default(100) };

export type ProposalView = z.infer<typeof proposalViewSchema>;
export type DatasetView = z.infer<typeof datasetViewSchema>;
export type VersionView = z.infer<typeof versionViewSchema>;
export type UploadView = z.infer<typeof uploadViewSchema>;
export type RequestView = z.infer<typeof requestViewSchema>;
export type LedgerStatus = z.infer<typeof ledgerStatusSchema>;
export type RightView = z.infer<typeof rightViewSchema>;
export type DeliveryView = z.infer<typeof deliveryViewSchema>;
export type EntryView = z.infer<typeof entryViewSchema>;
export type DepartmentView = z.infer<typeof departmentViewSchema>;
export type PersonView = z.infer<typeof personViewSchema>;
export type NoticeView = z.infer<typeof noticeViewSchema>;
export type Sentence = z.infer<typeof sentenceSchema>;
