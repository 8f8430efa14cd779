import type { Statement, StatementType } from '#contracts';
import { checkTextCommitment, CommitmentError, type Bytes } from '#crypto';
import { encodeStatement } from './statement.js';

// Said in the department's name. The exchange's own words (decisions, deliveries) are signed by its key, and entry 0 at set-up.
const departmental: ReadonlySet<StatementType> = new Set<StatementType>([
  'department.admitted',
  'key.admitted',
  'key.ended',
  'recipient.admitted',
  'recipient.ended',
  'membership.granted',
  'membership.ended',
  'dataset.entered',
  'dataset.changed',
  'version.published',
  'request.submitted',
  'request.supplement-asked',
  'request.supplemented',
  'request.refused',
  'request.withdrawn',
  'right.granted',
  'right.suspended',
  'right.resumed',
  'right.terminated',
  'pull.signed',
  'receipt.signed',
  'use.recorded',
]);

/** Texts behind commitments, as an exchange shows them: commitment → key and text. */
export type ShownTexts = Readonly<Record<string, { readonly key: string; readonly text: string }>>;

/** What an exchange hands to a department to be signed. */
export interface ToSign {
  readonly id: string;
  readonly type: string;
  readonly statement: Statement;
  readonly texts: ShownTexts;
}
/** What the department knows by itself: its ledger (from the trust root), its own code, the key in its hand. */
export interface OwnSide {
  readonly origin: string;
  readonly department: string;
  readonly keyId: string;
}

export type SigningFaultCode =
  | 'not-what-was-shown'
  | 'wrong-origin'
  | 'wrong-issuer'
  | 'not-departmental'
  | 'other-key'
  | 'commitment-differs';

/** Why a department's signature is withheld. Something is forged, mixed up or meant for somebody else. */
export class SigningFault extends Error {
  override readonly name = 'SigningFault';
  constructor(
    readonly code: SigningFaultCode,
    readonly sentence: { readonly zh: string; readonly en: string },
  ) {
    super(sentence.en);
  }
}

/**
 * The bytes that a department signs for a proposal, made here from the statement that was shown and never taken from a server, after
 * checking that it is the one named, for this ledger, of this department, of a type that departments sign, for this key, and that every
 * text shown is the one committed to. Throws SigningFault, and the refusals of `encodeStatement`.
 */
export function bytesToSign({ id, type, statement, texts }: ToSign, own: OwnSide): Bytes {
  const bytes = encodeStatement(statement);
  if (statement.id !== id || statement.type !== type)
    throw new SigningFault('not-what-was-shown', {
      zh: '事项与其签署记录不一致，未签名。',
      en: 'The proposal and its statement differ; nothing was signed.',
    });
  if (statement.origin !== own.origin)
    throw new SigningFault('wrong-origin', {
      zh: `签署记录属于账本 ${statement.origin}，而信任根是 ${own.origin}，未签名。`,
      en: `The statement is for the ledger ${statement.origin}, the trust root is of ${own.origin}; nothing was signed.`,
    });
  if (statement.issuer !== own.department)
    throw new SigningFault('wrong-issuer', {
      zh: `签署部门是 ${statement.issuer}，而您代表 ${own.department}，未签名。`,
      en: `Its issuer is ${statement.issuer} and you act for ${own.department}; nothing was signed.`,
    });
  if (!departmental.has(statement.type))
    throw new SigningFault('not-departmental', {
      zh: '此类记录不由部门签署，未签名。',
      en: 'No department signs such a statement; nothing was signed.',
    });
  if (statement.keyId !== own.keyId)
    throw new SigningFault('other-key', {
      zh: `签署记录指定密钥 ${statement.keyId}，而手中的是 ${own.keyId}，未签名。`,
      en: `The statement names the key ${statement.keyId}, the key at hand is ${own.keyId}; nothing was signed.`,
    });
  if (wrongTexts(texts).length > 0)
    throw new SigningFault('commitment-differs', {
      zh: '平台出示的原文与签署记录中的承诺值不符，未签名。',
      en: 'A text that the exchange shows is not the one committed to in the statement; nothing was signed.',
    });
  return bytes;
}

/** Commitments whose text the exchange showed and which it is not: nobody should sign over them. */
export function wrongTexts(texts: ShownTexts): string[] {
  return Object.entries(texts).flatMap(([commitment, { key, text }]) => {
    try {
      checkTextCommitment(commitment, key, text);
      return [];
    } catch (error) {
      if (error instanceof CommitmentError) return [commitment];
      throw error;
    }
  });
}
