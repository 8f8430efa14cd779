import { z } from 'zod';
import { departmentCodeSchema, keyIdSchema, originSchema, publicKeySchema, refuse } from '#contracts';
import { decodeCanonical, encodeCanonical, equalBytes, utf8Bytes, type Bytes } from '#crypto';
import { openEntry } from './entry.js';
import { LogFault } from './log/faults.js';
import { decodePolicy, encodePolicy, type LogPolicy } from './log/policy.js';
import { verifierKeyOf, type VerifierKey } from './log/verifier-key.js';

const key = z.strictObject({ keyId: keyIdSchema, publicKey: publicKeySchema });
const first = {
  origin: originSchema,
  competent: key.extend({ department: departmentCodeSchema }),
  exchangeKey: key,
  logKey: key,
  /** Whether grants and deliveries count once durable, or once witnesses cosigned. */
  inForce: z.enum(['durable', 'witnessed']),
};
const trustRootSchema = z.discriminatedUnion('v', [
  z.strictObject({ v: z.literal(1), ...first }),
  z.strictObject({
    v: z.literal(2),
    ...first,
    /** Witnesses, groups and quorum in the lines of a tlog-policy (docs/formats/witness-policy.md); the log is the one above. */
    witnesses: z.string().refine(isWitnessPolicy),
  }),
]);

/**
 * What a verifier believes before it has seen anything: obtained from elsewhere (the competent department's own publication), never
 * from the ledger or the export that is to be verified. Version 2 also names the witnesses. docs/formats/trust-root.md.
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

/** The same trust root with the witnesses that a policy names; log lines in it are left out. Throws LogFault `policy-malformed`. */
export function withWitnesses(trustRoot: TrustRoot, policy: LogPolicy): TrustRoot {
  return { ...firstOf(trustRoot), v: 2, witnesses: encodePolicy({ ...policy, logs: [] }) };
}

/** The trust root's part that entry 0 states as well: version 1 of it. */
function firstOf({ origin, competent, exchangeKey, logKey, inForce }: TrustRoot): TrustRoot & { v: 1 } {
  return { v: 1, origin, competent, exchangeKey, logKey, inForce };
}

/** Whether two trust roots name the same ledger and the same first keys; witnesses, which entry 0 does not state, may differ. */
export function isSameLedger(a: TrustRoot, b: TrustRoot): boolean {
  return equalBytes(encodeTrustRoot(firstOf(a)), encodeTrustRoot(firstOf(b)));
}

/** The verifier keys of the log that a trust root names. */
export function logKeysOf({ origin, logKey }: TrustRoot): VerifierKey[] {
  return [verifierKeyOf(origin, 'ed25519', logKey.publicKey)];
}

/**
 * Whom a trust root believes about checkpoints: its log, and its witnesses with their quorum; `none` where it names none. `logKeys`: those
 * of the log where it had more than the first.
 */
export function policyOf(trustRoot: TrustRoot, logKeys: readonly VerifierKey[] = logKeysOf(trustRoot)): LogPolicy {
  const witnesses =
    trustRoot.v === 2 ? decodePolicy(utf8Bytes(trustRoot.witnesses)) : { witnesses: [], groups: [], quorum: 'none' };
  return { ...witnesses, logs: logKeys.map((one) => ({ key: one })) };
}

function isWitnessPolicy(text: string): boolean {
  try {
    return decodePolicy(utf8Bytes(text)).logs.length === 0;
  } catch (error) {
    if (error instanceof LogFault) return false;
    throw error;
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
