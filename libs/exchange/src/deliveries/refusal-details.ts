import type { RefusalDetails, States } from '#contracts';
import { namesAlike } from '#delivery';

/**
 * What the code of a sealed refusal or failure alone does not say, from what was asked and what the right allows: both stand in the ledger.
 */
export function refusalDetails(code: string, delivery: States['delivery'], right: States['right'] | undefined): RefusalDetails {
  if (!right) return {};
  const { terms } = right;
  switch (code) {
    case 'item-not-granted':
      return { items: delivery.asked.items.filter((item) => !terms.items.includes(item)) };
    case 'right-not-yet':
      return { from: terms.window.from };
    case 'right-ended':
      return { until: terms.window.until };
    case 'quota-pulls':
      return { pulls: terms.quota.pulls };
    case 'quota-rate':
      return { perDay: terms.quota.pullsPerDay };
    case 'quota-rows':
      return { rows: terms.quota.rows };
    case 'format-not-granted':
      return { format: delivery.asked.format };
    case 'version-not-granted':
      return { version: delivery.asked.version };
    case 'item-names-alike':
      return { items: namesAlike(delivery.asked.items) };
    case 'no-recipient':
      return { department: delivery.grantee };
    default:
      return {};
  }
}
