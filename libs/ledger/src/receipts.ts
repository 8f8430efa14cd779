import { refuse } from '#contracts';
import {
  checkSignature,
  encodeCanonical,
  SignatureError,
  signEd25519,
  signEd25519Later,
  type Bytes,
  type CanonicalValue,
  type NativeKey,
} from '#crypto';

/** The log's own key: it speaks for the sealer, in receipts and later in checkpoints, and for nobody else. */
export interface LogKey {
  readonly keyId: string;
  readonly privateKey: NativeKey;
}

/** The exchange took a statement in and promises to seal or to reject it by `sealBy`. A missed time is proof against the exchange. */
export interface AdmissionReceipt {
  readonly statement: string;
  readonly digest: string;
  readonly admittedAt: string;
  readonly sealBy: string;
  readonly keyId: string;
  readonly signature: string;
}

/** The statement stands in the ledger, durably, at this index and with this leaf. */
export interface DurableReceipt {
  readonly statement: string;
  readonly index: number;
  readonly leafHash: string;
  readonly sealedAt: string;
  readonly epoch: number;
  readonly keyId: string;
  readonly signature: string;
}

/** Signs that a statement was admitted. The same facts give the same receipt, bit by bit. docs/formats/statements.md. */
export function proveAdmission(
  origin: string,
  facts: Pick<AdmissionReceipt, 'statement' | 'digest' | 'admittedAt' | 'sealBy'>,
  logKey: LogKey,
): AdmissionReceipt {
  const named = { ...facts, keyId: logKey.keyId };
  return { ...named, signature: signEd25519(logKey.privateKey, receiptBytes('admission', origin, named)) };
}

/** The same receipt, signed beside this thread. */
export async function proveAdmissionLater(
  origin: string,
  facts: Pick<AdmissionReceipt, 'statement' | 'digest' | 'admittedAt' | 'sealBy'>,
  logKey: LogKey,
): Promise<AdmissionReceipt> {
  const named = { ...facts, keyId: logKey.keyId };
  return { ...named, signature: await signEd25519Later(logKey.privateKey, receiptBytes('admission', origin, named)) };
}

/** Throws Refusal `bad-signature`. The log key is the one of a trust root, never one that came with the receipt. */
export function checkAdmission(origin: string, receipt: AdmissionReceipt, logPublicKey: string): void {
  checkReceipt('admission', origin, receipt, logPublicKey);
}

/** Signs that a statement is sealed. */
export function proveSealed(
  origin: string,
  facts: Pick<DurableReceipt, 'statement' | 'index' | 'leafHash' | 'sealedAt' | 'epoch'>,
  logKey: LogKey,
): DurableReceipt {
  const named = { ...facts, keyId: logKey.keyId };
  return { ...named, signature: signEd25519(logKey.privateKey, receiptBytes('sealed', origin, named)) };
}

/** Throws Refusal `bad-signature`. */
export function checkSealed(origin: string, receipt: DurableReceipt, logPublicKey: string): void {
  checkReceipt('sealed', origin, receipt, logPublicKey);
}

function receiptBytes(what: 'admission' | 'sealed', origin: string, facts: Readonly<Record<string, CanonicalValue>>): Bytes {
  return encodeCanonical({ ...facts, domain: `quanlian/receipt-${what}/v1`, origin });
}

function checkReceipt(
  what: 'admission' | 'sealed',
  origin: string,
  receipt: AdmissionReceipt | DurableReceipt,
  logPublicKey: string,
): void {
  const { signature, ...facts } = receipt;
  try {
    checkSignature(logPublicKey, receiptBytes(what, origin, facts), signature);
  } catch (error) {
    if (error instanceof SignatureError) throw refuse('bad-signature', { keyId: receipt.keyId });
    throw error;
  }
}
