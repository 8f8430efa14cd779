import { z } from 'zod';
import { departmentCodeSchema, idSchema, instantSchema } from '../vocabulary.js';

/** The exchange speaks as `exchange`; everybody else as a department's code. */
export const issuerSchema = z.union([z.literal('exchange'), departmentCodeSchema]);
export const keyIdSchema = z.string().regex(/^[0-9a-f]{32}$/, 'key-id');
export const publicKeySchema = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'public-key');
export const signatureSchema = z.string().regex(/^[A-Za-z0-9+/]{86}==$/, 'signature');
/** An age X25519 recipient, by its form. */
export const ageRecipientSchema = z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/);
export const originSchema = z.string().regex(/^[a-z0-9][a-z0-9./-]{2,99}$/, 'origin');

/** An office head's word that stands inside the statement, so that the department's signature covers it. */
export const approvalSchema = z.strictObject({
  office: departmentCodeSchema,
  role: z.literal('office-head'),
  person: idSchema,
  at: instantSchema,
});
export type Approval = z.infer<typeof approvalSchema>;

/** One signature over the canonical bytes of the statement (Ed25519, base64). */
export const statementSignatureSchema = z.strictObject({ issuer: issuerSchema, keyId: keyIdSchema, signature: signatureSchema });
export type StatementSignature = z.infer<typeof statementSignatureSchema>;
