import { z } from 'zod';
import { ageRecipientSchema, originSchema } from './statements/envelope.js';
import {
  countSchema,
  departmentCodeSchema,
  compressionSchema,
  formatSchema,
  hex64Schema,
  idSchema,
  itemSchema,
  rowScopeSchema,
  transformationSchema,
} from './vocabulary.js';

const named = z.strictObject({ code: departmentCodeSchema, name: z.string() });

/** An entry of the ledger by its place and its exact bytes, in base64. */
const sealedBytesSchema = z.strictObject({
  index: countSchema,
  bytes: z
    .string()
    .regex(/^[A-Za-z0-9+/]+={0,2}$/)
    .max(90_000),
});

/**
 * What goes with a delivery's age file so that its recipient can open and check it without the exchange: what it is, the sealed values,
 * the secret key of the plaintext's HMAC, and the sealed entries that say so. As secret as the data. docs/formats/delivery-manifest.md.
 */
export const deliveryManifestSchema = z.strictObject({
  v: z.literal(1),
  type: z.literal('quanlian/delivery-manifest'),
  origin: originSchema,
  delivery: idSchema,
  right: idSchema,
  /** The right in one sentence, as the exchange words it; not signed. */
  sentence: z.strictObject({ zh: z.string(), en: z.string() }),
  /** How a person checks the file, in words; not signed. Absent from manifests of before. */
  howToCheck: z.strictObject({ zh: z.string(), en: z.string() }).optional(),
  dataset: z.strictObject({ id: idSchema, title: z.string(), version: idSchema }),
  grantor: named,
  grantee: named,
  format: formatSchema,
  compression: compressionSchema.optional(),
  /** The file holds what changed since this delivery, and the version that it delivered; absent from a full one. */
  since: z.strictObject({ delivery: idSchema, version: idSchema }).optional(),
  /** In the order of the file's columns. */
  items: z
    .array(itemSchema.omit({ mask: true, key: true, rules: true }).extend({ transformation: transformationSchema.optional() }))
    .min(1),
  scope: rowScopeSchema,
  rows: countSchema,
  sizeBytes: countSchema,
  ciphertextSha256: hex64Schema,
  plaintextHmac: hex64Schema,
  /** 32 bytes, base64url: with it, and only with it, the plaintext can be matched to `plaintextHmac`. */
  plaintextHmacKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  recipients: z.array(ageRecipientSchema).min(1).max(20),
  entries: z.strictObject({ decided: sealedBytesSchema, prepared: sealedBytesSchema }),
});
export type DeliveryManifest = z.infer<typeof deliveryManifestSchema>;
