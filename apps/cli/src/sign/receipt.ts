import type { ProposalView } from '#contracts';
import { checkAdmission, encodeStatement, statementDigest, type TrustRoot } from '#ledger';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { Receipts } from '../store/receipts.js';
import { Roots } from '../store/roots.js';
import { LogSource } from '../verify/log-source.js';

/**
 * Checks the exchange's admission receipt for a proposal and keeps it; a proposal that was rejected needs none any more. The key is that
 * of the pinned trust root, or a later one of the log that its entries show from there on; before there is one, the receipt is kept all the
 * same, for `verify` to check. Throws Stop, Refusal.
 */
export async function keepReceipt(desk: Desk, proposal: ProposalView): Promise<void> {
  const { receipt, statement, id, state } = proposal;
  // Systems that bring their token leave nothing on disk.
  if (!receipt || desk.session.login === '') return;
  const receipts = new Receipts(desk.folder);
  if (state === 'rejected') return receipts.drop(statement.origin, [id]);
  const pinned = new Roots(desk.folder).find(desk.session.server);
  if (pinned) checkAdmission(pinned.root.origin, receipt, await publicKeyOf(desk, pinned.root, receipt.keyId));
  if (receipt.statement !== id || receipt.digest !== statementDigest(encodeStatement(statement)))
    throw new Stop('verification', 'receipt-differs', {
      zh: '平台的受理回执说的不是所提交的签署记录。',
      en: 'The exchange’s receipt of admission is for another statement than the one handed in.',
    });
  receipts.keep(statement.origin, receipt);
}

/** Of the log's keys the one of this id; the first where there is no such, by which the receipt is then refused. */
async function publicKeyOf(desk: Desk, root: TrustRoot, keyId: string): Promise<string> {
  if (keyId === root.logKey.keyId) return root.logKey.publicKey;
  const keys = await new LogSource(desk, desk.session.server).logKeys(root);
  return keys.logPublicKey(keyId) ?? root.logKey.publicKey;
}
