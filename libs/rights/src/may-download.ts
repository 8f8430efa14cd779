import { refuse, refusalTexts, type RefusalCode, type States } from '#contracts';
import { checkInForce } from './decide-pull.js';
import { no, yes, type Decided } from './decided.js';

/** Whether the recipient department may be handed bytes of a delivery at this moment. Asked again before every chunk (promise 8). */
export function mayDownload(question: {
  readonly right: States['right'];
  readonly delivery: States['delivery'];
  readonly department: string;
  readonly now: string;
}): Decided<{ prepared: NonNullable<States['delivery']['prepared']> }> {
  const { right, delivery, department, now } = question;
  // Whom it does not concern learns nothing about it.
  if (department !== delivery.grantee) return no(refuse('unknown'));
  const ended = checkInForce(right, now);
  if (ended) return no(ended);
  switch (delivery.state) {
    case 'prepared':
    case 'received':
      return delivery.prepared ? yes({ prepared: delivery.prepared }) : no(refuse('payload-not-ready'));
    case 'pulled':
    case 'decided':
      return no(refuse('payload-not-ready'));
    case 'refused':
      return no(refuse(isRefusalCode(delivery.refusalCode) ? delivery.refusalCode : 'right-not-granted'));
    case 'failed':
      return no(refuse('delivery-failed', { reason: delivery.failureCode ?? '–' }));
    case 'cancelled':
      return no(refuse('delivery-cancelled'));
  }
}

/** Whether a text is one of the registered codes. */
export function isRefusalCode(code: string | undefined): code is RefusalCode {
  return code !== undefined && Object.hasOwn(refusalTexts, code);
}
