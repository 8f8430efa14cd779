import { z } from 'zod';
import { refuse } from '../refusal.js';
import { idSchema, instantSchema } from '../vocabulary.js';
import { statementBodies, type StatementBody, type StatementType } from './bodies.js';
import { approvalSchema, issuerSchema, keyIdSchema, originSchema, type Approval } from './envelope.js';

/** What an issuer signs: the canonical bytes of this object (docs/formats/statements.md). */
export type Statement<T extends StatementType = StatementType> = {
  [K in T]: {
    v: 1;
    type: K;
    /** The ledger that it is meant for; another ledger refuses it. */
    origin: string;
    /** Random, 128 bits: the idempotency key, and the id of the object that the statement creates. */
    id: string;
    issuer: string;
    keyId: string;
    alg: 'ed25519';
    at: string;
    /** The last statement about the object that this one is about. */
    after?: string;
    approvals?: Approval[];
    body: StatementBody<K>;
  };
}[T];

const types = Object.keys(statementBodies) as [StatementType, ...StatementType[]];
export const statementTypeSchema = z.enum(types);

const envelopeSchema = z.strictObject({
  v: z.literal(1),
  type: statementTypeSchema,
  origin: originSchema,
  id: idSchema,
  issuer: issuerSchema,
  keyId: keyIdSchema,
  alg: z.literal('ed25519'),
  at: instantSchema,
  after: idSchema.optional(),
  approvals: z.array(approvalSchema).min(1).max(8).optional(),
  body: z.unknown(),
});

/**
 * Reads a decoded value as a statement: envelope and the body of its type, nothing missing and nothing extra.
 * Throws Refusal `statement-malformed` naming the field.
 */
export function readStatement(value: unknown): Statement {
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) throw malformed(envelope.error, '');
  const body = statementBodies[envelope.data.type].safeParse(envelope.data.body);
  if (!body.success) throw malformed(body.error, 'body');
  return { ...envelope.data, body: body.data } as Statement;
}

/** For the API: any statement, checked whole. */
export const statementSchema = z.custom<Statement>((value) => {
  try {
    readStatement(value);
    return true;
  } catch {
    return false;
  }
}, 'statement');

function malformed(error: z.ZodError, under: string) {
  const issue = error.issues[0];
  const field = [under, ...(issue?.path ?? [])].filter((part) => part !== '').join('.');
  return refuse('statement-malformed', { reason: `${field}: ${issue?.message ?? ''}` }, { field });
}
