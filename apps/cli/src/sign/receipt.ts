import type { ProposalView } from '#contracts';
import { checkAdmission, encodeStatement, statementDigest } from '#ledger';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { Receipts } from '../store/receipts.js';
import { Roots } from '../store/roots.js';

/**
 * Checks the exchange's admission receipt for a proposal and keeps it; a proposal that was rejected needs none any more. The key is that
 * of the pinned trust root; before there is one, the receipt is kept all the same, for `verify` to check. Throws Stop, Refusal.
 */
export function keepReceipt(desk: Desk, proposal: ProposalView): void {
  const { receipt, statement, id, state } = proposal;
  // Systems that bring their token leave nothing on disk.
  if (!receipt || desk.session.login === '') return;
  const receipts = new Receipts(desk.folder);
  if (state === 'rejected') return receipts.drop(statement.origin, [id]);
  const pinned = new Roots(desk.folder).find(desk.session.server);
  // One signed by a later key of the log is checked by `verify`, which learns the keys from the ledger.
  if (pinned?.root.logKey.keyId === receipt.keyId) checkAdmission(pinned.root.origin, receipt, pinned.root.logKey.publicKey);
  if (receipt.statement !== id || receipt.digest !== statementDigest(encodeStatement(statement)))
    throw new Stop('verification', 'receipt-differs', {
      zh: '平台的受理回执说的不是所提交的签署记录。',
      en: 'The exchange’s receipt of admission is for another statement than the one handed in.',
    });
  receipts.keep(statement.origin, receipt);
}
