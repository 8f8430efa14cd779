import { routes, type ProposalView, type Statement } from '#contracts';
import { bytesToSign, signStatement, SigningFault, type OwnSide } from '#ledger';
import { statementFields } from '#rights';
import type { Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { isReadableByOthers, readSigningKey, type DepartmentKey } from '../keys/signing-key-file.js';
import { printScope } from '../rows/print.js';
import { namesIn } from '../show/names.js';
import { trustedRoot } from './trust.js';

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
    throw new Stop(
      'refused',
      'wrong-state',
      { zh: '该事项现在不待签名。', en: 'This proposal does not wait for a signature.' },
      proposal.state === 'awaiting-approval'
        ? { zh: `先审批：quanlian inbox approve ${proposal.id}`, en: `Approve it first: quanlian inbox approve ${proposal.id}` }
        : undefined,
    );
  const { statement } = proposal;
  const { origin } = await trustedRoot(desk, options.trust);
  const { department } = await desk.client.call(routes.me, {});
  const bytes = bytesOrStop(proposal, { origin, department, keyId: key.keyId });
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
  const fields = statementFields(proposal.statement, { say: desk.say, texts: proposal.texts, nameOf, scopeText: printScope });
  desk.out.fields(fields);
}

function bytesOrStop(proposal: ProposalView, own: OwnSide): Uint8Array {
  try {
    return bytesToSign(proposal, own);
  } catch (error) {
    throw error instanceof SigningFault ? new Stop('verification', error.code, error.sentence) : error;
  }
}
