import { z } from 'zod';
import { departmentCodeSchema, keyIdSchema, originSchema, publicKeySchema, refuse } from '#contracts';
import { decodeCanonical, encodeCanonical, type Bytes } from '#crypto';
import { openEntry } from './entry.js';

const key = z.strictObject({ keyId: keyIdSchema, publicKey: publicKeySchema });
const trustRootSchema = z.strictObject({
  v: z.literal(1),
  origin: originSchema,
  competent: key.extend({ department: departmentCodeSchema }),
  exchangeKey: key,
  logKey: key,
  /** Whether grants and deliveries count once durable, or once witnesses cosigned. */
  inForce: z.enum(['durable', 'witnessed']),
});

/**
 * What a verifier believes before it has seen anything: obtained from elsewhere (the competent department's own publication), never
 * from the ledger or the export that is to be verified. docs/formats/trust-root.md.
 */
export type TrustRoot = z.infer<typeof trustRootSchema>;

/** The file's bytes: canonical JSON. */
export function encodeTrustRoot(trustRoot: TrustRoot): Bytes {
  return encodeCanonical(trustRoot);
}

/** Reads the file; one line feed at its end is allowed, for editors put it there. Throws Refusal `bad-input`. */
export function openTrustRoot(bytes: Uint8Array): TrustRoot {
  const end = bytes.at(-1) === 0x0a ? bytes.length - 1 : bytes.length;
  try {
    return trustRootSchema.parse(decodeCanonical(bytes.subarray(0, end)));
  } catch {
    throw refuse('bad-input', { field: 'trust root' });
  }
}

/** The trust root that entry 0 states, to be published by those it names, and to be compared with. Throws Refusal when it is none. */
export function trustRootOf(entry0: Uint8Array): TrustRoot {
  const { index, statement } = openEntry(entry0).entry;
  if (index !== 0 || statement.type !== 'ledger.opened') throw refuse('statement-malformed', { reason: 'entry 0' });
  const { competent, exchangeKey, logKey, inForce } = statement.body;
  const { keyId, publicKey } = competent.key;
  return {
    v: 1,
    origin: statement.origin,
    competent: { department: competent.department, keyId, publicKey },
    exchangeKey,
    logKey,
    inForce,
  };
}
