import { refuse, type Statement, type StatementSignature, type StateView } from '#contracts';
import { encodeStatement, checkStatementSignature } from './statement.js';

/**
 * `keys-only` trusts that the signatures were checked when the statement was admitted; whether their keys are in force is always checked.
 * With `FoundGood` those are not checked again that were found good, by the very key that is in force.
 */
export type SignatureCheck = 'signatures' | 'keys-only' | FoundGood;

/** What is known of signatures that were checked before their statements are judged. */
export interface FoundGood {
  /** Whether this signature, the object that was read with its bytes, was found good by this key. */
  has(signature: StatementSignature, publicKey: string): boolean;
}

/**
 * Checks who signed: the issuer's named key among them, every signature by a key in force for the department that it names, none
 * twice. `ledger.opened` is signed by the two keys that it brings. Keys are judged by the states in `view`, that is by ledger index.
 * Throws Refusal `bad-signature`, `key-not-in-force` or `statement-malformed`.
 */
export function checkSigners(
  view: StateView,
  statement: Statement,
  signatures: readonly StatementSignature[],
  statementBytes: Uint8Array = encodeStatement(statement),
  check: SignatureCheck = 'signatures',
): void {
  if (new Set(signatures.map(({ keyId }) => keyId)).size < signatures.length) {
    throw refuse('statement-malformed', { reason: 'signatures' }, { field: 'signatures' });
  }
  if (!signatures.some(({ issuer, keyId }) => issuer === statement.issuer && keyId === statement.keyId)) {
    throw refuse('bad-signature', { keyId: statement.keyId }, { field: 'signatures' });
  }
  const keyOf = statement.type === 'ledger.opened' ? openingKeys(statement, signatures) : keysIn(view);
  for (const signature of signatures) {
    const publicKey = keyOf(signature);
    if (publicKey === undefined) throw refuse('key-not-in-force', { keyId: signature.keyId }, { field: 'signatures' });
    if (check !== 'keys-only' && !(typeof check === 'object' && check.has(signature, publicKey)))
      checkStatementSignature(statementBytes, signature, publicKey);
  }
}

type KeyOf = (signature: StatementSignature) => string | undefined;

function keysIn(view: StateView): KeyOf {
  return ({ issuer, keyId }) => {
    const key = view.get('key', keyId)?.state;
    return key && key.department === issuer && key.endedAt === undefined ? key.publicKey : undefined;
  };
}

function openingKeys({ body }: Statement<'ledger.opened'>, signatures: readonly StatementSignature[]): KeyOf {
  const { department, key } = body.competent;
  const both = [
    { issuer: department, ...key },
    { issuer: 'exchange', ...body.exchangeKey },
  ];
  for (const { issuer, keyId } of both) {
    if (!signatures.some((by) => by.issuer === issuer && by.keyId === keyId)) {
      throw refuse('bad-signature', { keyId }, { field: 'signatures' });
    }
  }
  return (by) => both.find(({ issuer, keyId }) => by.issuer === issuer && by.keyId === keyId)?.publicKey;
}
