import { z } from 'zod';
import {
  countSchema,
  custodySchema,
  datasetEntrySchema,
  departmentCodeSchema,
  compressionSchema,
  formatSchema,
  hex64Schema,
  idSchema,
  itemNamesSchema,
  itemTransformationSchema,
  levelSchema,
  methodSchema,
  purposeSchema,
  quotaSchema,
  regionSchema,
  rightTermsSchema,
  roleSchema,
  rowScopeSchema,
  titleSchema,
  windowSchema,
} from '../vocabulary.js';
import { ageRecipientSchema, keyIdSchema, publicKeySchema, signatureSchema } from './envelope.js';

const commitment = hex64Schema;
const code = z.string().regex(/^[a-z][a-z0-9-]{1,63}$/);

const admittedKey = {
  keyId: keyIdSchema,
  publicKey: publicKeySchema,
  custody: custodySchema,
  /** The new key's own signature over the possession text (docs/formats/keys.md). */
  proof: signatureSchema,
};
const departmentFacts = {
  department: departmentCodeSchema,
  name: titleSchema,
  level: levelSchema,
  region: regionSchema,
  parent: departmentCodeSchema.optional(),
};
/** The entry as sealed: prose stands as its commitment. */
const sealedEntry = datasetEntrySchema.omit({ abstract: true, shareCondition: true, openCondition: true }).extend({
  abstract: commitment,
  shareCondition: commitment.optional(),
  openCondition: commitment.optional(),
});
export const sealedEntrySchema = sealedEntry;

/** What a request asks for: the article's five parts, with items, rows and quota spelled out. */
export const askedSchema = z.strictObject({
  purpose: purposeSchema,
  items: itemNamesSchema,
  rows: rowScopeSchema,
  method: methodSchema,
  formats: z.array(formatSchema).min(1),
  window: windowSchema,
  quota: quotaSchema,
});
export type Asked = z.infer<typeof askedSchema>;

/** A department, or the log itself: its keys rotate by the same statements, under the same law. */
const keyOwner = z.union([departmentCodeSchema, z.literal('log')]);
const ofDelivery = { delivery: idSchema, right: idSchema, dataset: idSchema };
const ofRight = { right: idSchema, dataset: idSchema };

/**
 * Every type of statement and the shape of its body: the closed set, version 1. Ledger bytes outlive the API, so these schemas follow
 * docs/formats/statements.md and change only by new types or a new version.
 */
export const statementBodies = {
  'ledger.opened': z.strictObject({
    competent: z.strictObject({ ...departmentFacts, key: z.strictObject(admittedKey) }),
    exchangeKey: z.strictObject({ keyId: keyIdSchema, publicKey: publicKeySchema }),
    logKey: z.strictObject({ keyId: keyIdSchema, publicKey: publicKeySchema }),
    inForce: z.enum(['durable', 'witnessed']),
  }),
  'department.admitted': z.strictObject(departmentFacts),
  'key.admitted': z.strictObject({ department: keyOwner, ...admittedKey }),
  'key.ended': z.strictObject({
    department: keyOwner,
    keyId: keyIdSchema,
    reason: z.enum(['rotated', 'compromised', 'closed', 'lost']),
  }),
  'recipient.admitted': z.strictObject({
    department: departmentCodeSchema,
    recipient: ageRecipientSchema,
    label: titleSchema,
    /** The department's signature, by a key in force, that this recipient is its own: nobody else can add one. */
    keyId: keyIdSchema,
    proof: signatureSchema,
  }),
  'recipient.ended': z.strictObject({
    department: departmentCodeSchema,
    recipient: ageRecipientSchema,
    reason: z.enum(['rotated', 'compromised', 'closed']),
  }),
  'membership.granted': z.strictObject({ department: departmentCodeSchema, person: idSchema, roles: z.array(roleSchema).min(1) }),
  'membership.ended': z.strictObject({ department: departmentCodeSchema, person: idSchema }),

  'dataset.entered': z.strictObject({ entry: sealedEntry, noSecrets: z.literal(true) }),
  'dataset.changed': z.strictObject({ dataset: idSchema, entry: sealedEntry, noSecrets: z.literal(true) }),
  'version.published': z.strictObject({
    dataset: idSchema,
    number: z.number().int().min(1),
    rows: countSchema,
    /** HMAC of the content digest under the version's own commitment key: small data cannot be guessed from it. */
    commitment,
    schemaDigest: hex64Schema,
    parts: z.number().int().min(1),
    /** Rows of the file that did not fit the entry and were left out; not there when all were taken. */
    leftOut: countSchema.min(1).optional(),
    noSecrets: z.literal(true),
  }),

  'request.submitted': z.strictObject({ dataset: idSchema, provider: departmentCodeSchema, asked: askedSchema }),
  'request.supplement-asked': z.strictObject({ request: idSchema, dataset: idSchema, missing: commitment }),
  'request.supplemented': z.strictObject({ request: idSchema, dataset: idSchema, asked: askedSchema, answer: commitment }),
  'request.refused': z.strictObject({ request: idSchema, dataset: idSchema, code, reason: commitment }),
  'request.withdrawn': z.strictObject({ request: idSchema, dataset: idSchema }),

  'right.granted': z.strictObject({
    request: idSchema,
    dataset: idSchema,
    decision: z.enum(['agree', 'agree-in-part', 'by-rule']),
    condition: commitment.optional(),
    terms: rightTermsSchema,
  }),
  'right.suspended': z.strictObject({
    ...ofRight,
    code,
    reason: commitment,
    article: z.string().max(40),
    filing: z.string().max(64).optional(),
  }),
  'right.resumed': z.strictObject({ ...ofRight, reason: commitment }),
  'right.terminated': z.strictObject({
    ...ofRight,
    code,
    reason: commitment,
    article: z.string().max(40),
    filing: z.string().max(64).optional(),
  }),

  'pull.signed': z.strictObject({
    ...ofRight,
    purpose: purposeSchema,
    items: itemNamesSchema,
    rows: rowScopeSchema,
    format: formatSchema,
    compression: compressionSchema.optional(),
    version: z.union([z.literal('latest'), idSchema]),
    /** Only what changed since this earlier delivery under the same right, which the puller holds. */
    since: idSchema.optional(),
  }),
  'pull.refused': z.strictObject({ ...ofDelivery, code, computedAt: countSchema }),
  'delivery.decided': z.strictObject({
    ...ofDelivery,
    /** Whose keys and recipients the decision looked at: the sealer loads them by this, without asking the right first. */
    grantee: departmentCodeSchema,
    version: idSchema,
    items: itemNamesSchema,
    rows: rowScopeSchema,
    transformations: z.array(itemTransformationSchema).max(600),
    format: formatSchema,
    compression: compressionSchema.optional(),
    /** The delivery that the pull named, and the version that it delivered: only what changed since leaves. */
    since: z.strictObject({ delivery: idSchema, version: idSchema }).optional(),
    recipients: z.array(ageRecipientSchema).min(1).max(20),
    rowsAtMost: countSchema,
    /** The decision holds for the state after this entry; if right, dataset or recipients changed since, it is decided again. */
    computedAt: countSchema,
    /** The instant that windows and daily limits were judged by. */
    decidedAt: z.string(),
    quotaBefore: z.strictObject({ pulls: countSchema, rows: countSchema, pullsToday: countSchema }),
  }),
  'delivery.prepared': z.strictObject({
    ...ofDelivery,
    attempt: idSchema,
    ciphertextSha256: hex64Schema,
    sizeBytes: countSchema,
    plaintextHmac: hex64Schema,
    rows: countSchema,
  }),
  'delivery.failed': z.strictObject({ ...ofDelivery, code }),
  'delivery.cancelled': z.strictObject({ ...ofDelivery, by: z.enum(['requester', 'end']) }),
  'delivery.served': z.strictObject({ ...ofDelivery, download: idSchema, bytesAtMost: countSchema, complete: z.boolean() }),
  'receipt.signed': z.strictObject({
    ...ofDelivery,
    ciphertextSha256: hex64Schema,
    plaintextHmac: hex64Schema,
    rows: countSchema,
  }),
  'use.recorded': z.strictObject({ ...ofRight, kind: z.enum(['use', 'disposal']), record: commitment }),
} as const;

export type StatementType = keyof typeof statementBodies;
export type StatementBody<T extends StatementType> = z.infer<(typeof statementBodies)[T]>;
