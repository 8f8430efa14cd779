import type { Statement, StateView } from '#contracts';
import { foldDatasetChanged, foldDatasetEntered, foldVersionPublished } from './fold/datasets.js';
import {
  foldDeliveryDecided,
  foldDeliveryEnded,
  foldDeliveryPrepared,
  foldDeliveryServed,
  foldPullRefused,
  foldPullSigned,
  foldReceiptSigned,
} from './fold/deliveries.js';
import { checkAfter, checkApprovals, type Folding } from './fold/folding.js';
import { foldRequestStep, foldRequestSubmitted, foldRightGranted } from './fold/requests.js';
import { foldEnd, foldUseRecorded } from './fold/rights.js';
import { isRightsStatement } from './statement-object.js';

export interface RightsEntry {
  readonly index: number;
  readonly sealedAt: string;
  readonly statement: Statement;
}

/**
 * The law at sealing: applies an entry to the states, or throws the Refusal that keeps it out of the ledger; then nothing was put. Shape,
 * signature and key are checked before this, and statements of the register are left alone. Whoever folds the ledger anew asks every
 * question again that the sealer asked.
 */
export function foldRights(view: StateView, entry: RightsEntry): void {
  const { index, sealedAt, statement } = entry;
  if (!isRightsStatement(statement)) return;
  const folding = { view, index, sealedAt, statement } as Folding;
  checkAfter(folding);
  checkApprovals(folding);
  apply(folding);
}

function apply(folding: Folding): void {
  switch (folding.statement.type) {
    case 'dataset.entered':
      return foldDatasetEntered(folding as Folding<'dataset.entered'>);
    case 'dataset.changed':
      return foldDatasetChanged(folding as Folding<'dataset.changed'>);
    case 'version.published':
      return foldVersionPublished(folding as Folding<'version.published'>);
    case 'request.submitted':
      return foldRequestSubmitted(folding as Folding<'request.submitted'>);
    case 'request.supplement-asked':
    case 'request.supplemented':
    case 'request.refused':
    case 'request.withdrawn':
      return foldRequestStep(folding as Parameters<typeof foldRequestStep>[0]);
    case 'right.granted':
      return foldRightGranted(folding as Folding<'right.granted'>);
    case 'right.suspended':
    case 'right.resumed':
    case 'right.terminated':
      return foldEnd(folding as Parameters<typeof foldEnd>[0]);
    case 'pull.signed':
      return foldPullSigned(folding as Folding<'pull.signed'>);
    case 'pull.refused':
      return foldPullRefused(folding as Folding<'pull.refused'>);
    case 'delivery.decided':
      return foldDeliveryDecided(folding as Folding<'delivery.decided'>);
    case 'delivery.prepared':
      return foldDeliveryPrepared(folding as Folding<'delivery.prepared'>);
    case 'delivery.failed':
    case 'delivery.cancelled':
      return foldDeliveryEnded(folding as Parameters<typeof foldDeliveryEnded>[0]);
    case 'delivery.served':
      return foldDeliveryServed(folding as Folding<'delivery.served'>);
    case 'receipt.signed':
      return foldReceiptSigned(folding as Folding<'receipt.signed'>);
    case 'use.recorded':
      return foldUseRecorded(folding as Folding<'use.recorded'>);
  }
}
