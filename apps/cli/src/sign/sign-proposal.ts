import { routes, type ProposalView, type Statement, type StatementType } from '#contracts';
import { encodeStatement, signStatement } from '#ledger';
import type { Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import type { Sentence } from '../language.js';
import { isReadableByOthers, readSigningKey, type DepartmentKey } from '../keys/signing-key-file.js';
import { namesIn } from '../show/names.js';
import { statementFields, wrongTexts } from '../show/statement.js';
import { trustedRoot } from './trust.js';

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

export interface SigningOptions {
  /** Sign without asking: the caller knows what the statement must say and checks it. */
  readonly yes?: boolean;
  /** A trust root obtained elsewhere, instead of the pinned one. */
  readonly trust?: string;
  /** What the statement must say, when this command itself asked for it. Throws when it says something else. */
  readonly expect?: (statement: Statement) => void;
}

/** Opens the department's key file, asking for its passphrase when it has one. */
export async function openKey(desk: Desk, path: string): Promise<DepartmentKey> {
  if (isReadableByOthers(path))
    desk.out.note({
      zh: `注意：${path} 可被他人读取，请执行 chmod 600。`,
      en: `Careful: others can read ${path}; run chmod 600 on it.`,
    });
  return readSigningKey(path, () =>
    desk.ask.password({ zh: `${path} 的口令`, en: `Passphrase of ${path}` }, { variable: 'QUANLIAN_KEY_PASSPHRASE' }),
  );
}

/**
 * Signs a proposal with the department's own key. What is signed is never the server's bytes: the statement is read by its schema,
 * checked, shown, and its canonical bytes are made here from what was shown. Throws Stop.
 */
export async function signProposal(
  desk: Desk,
  proposal: ProposalView,
  key: DepartmentKey,
  options: SigningOptions = {},
): Promise<ProposalView> {
  if (proposal.state !== 'awaiting-signature')
    throw new Stop('refused', 'wrong-state', { zh: '该事项现在不待签名。', en: 'This proposal does not wait for a signature.' });
  const { statement } = proposal;
  const bytes = encodeStatement(statement);
  const { origin } = await trustedRoot(desk, options.trust);
  const { department } = await desk.client.call(routes.me, {});
  checkOwn(proposal, { origin, department, keyId: key.keyId });
  options.expect?.(statement);
  if (!options.yes) {
    await showStatement(desk, proposal);
    if (!desk.ask.interactive)
      throw usage('没有终端可供确认；核对后请加 --yes。', 'There is no terminal to confirm at; having checked it, add --yes.');
    if (!(await desk.ask.confirm({ zh: '确认以部门名义签名？', en: 'Sign this in the name of the department?' })))
      throw new Stop('refused', 'not-confirmed', { zh: '未签名。', en: 'Nothing was signed.' });
  }
  const { keyId, signature } = signStatement(bytes, key.key);
  return desk.client.call(routes.sign, { params: { id: proposal.id }, body: { keyId, signature } });
}

/** Shows what is to be signed, from the statement itself; the exchange's own sentence about it is left out. */
export async function showStatement(desk: Desk, proposal: ProposalView): Promise<void> {
  const nameOf = await namesIn(desk, proposal.statement);
  const fields = statementFields(proposal.statement, { say: desk.say, texts: proposal.texts, nameOf });
  desk.out.fields(fields);
}

function checkOwn(proposal: ProposalView, own: { origin: string; department: string; keyId: string }): void {
  const { statement, id, type } = proposal;
  const refuseBecause = (code: string, sentence: Sentence) => new Stop('verification', code, sentence);
  if (statement.id !== id || statement.type !== type)
    throw refuseBecause('not-what-was-shown', {
      zh: '事项与其签署记录不一致，未签名。',
      en: 'The proposal and its statement differ; nothing was signed.',
    });
  if (statement.origin !== own.origin)
    throw refuseBecause('wrong-origin', {
      zh: `签署记录属于账本 ${statement.origin}，而信任根是 ${own.origin}，未签名。`,
      en: `The statement is for the ledger ${statement.origin}, the trust root is of ${own.origin}; nothing was signed.`,
    });
  if (statement.issuer !== own.department)
    throw refuseBecause('wrong-issuer', {
      zh: `签署部门是 ${statement.issuer}，而您代表 ${own.department}，未签名。`,
      en: `Its issuer is ${statement.issuer} and you act for ${own.department}; nothing was signed.`,
    });
  if (!departmental.has(statement.type))
    throw refuseBecause('wrong-issuer', {
      zh: '此类记录不由部门签署，未签名。',
      en: 'No department signs such a statement; nothing was signed.',
    });
  if (statement.keyId !== own.keyId)
    throw refuseBecause('other-key', {
      zh: `签署记录指定密钥 ${statement.keyId}，而文件中是 ${own.keyId}，未签名。`,
      en: `The statement names the key ${statement.keyId}, the file holds ${own.keyId}; nothing was signed.`,
    });
  if (wrongTexts(proposal.texts).length > 0)
    throw refuseBecause('commitment-differs', {
      zh: '平台出示的原文与签署记录中的承诺值不符，未签名。',
      en: 'A text that the exchange shows is not the one committed to in the statement; nothing was signed.',
    });
}
