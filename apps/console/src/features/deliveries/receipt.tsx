import { routes, type DeliveryView } from '#contracts';
import { Alert, Button } from 'antd';
import { Link } from 'react-router';
import { Section } from '../../components/page';
import { RefusalNote } from '../../components/refusal-note';
import { SignHere } from '../../components/sign-here';
import { Whole } from '../../components/whole';
import { useReadPages } from '../../lib/api';
import { useWords } from '../../lib/words';
import type { useReceipt } from './use-receipt';
import { deliveryWords } from './words';

/** The receipt: waiting to be signed, on its way, or sealed. Nothing before the data was opened here. */
export function Receipt({
  delivery,
  receipt,
}: {
  readonly delivery: DeliveryView;
  readonly receipt: ReturnType<typeof useReceipt>;
}) {
  const say = useWords(deliveryWords);
  const { id, state } = delivery;
  const isReceived = state === 'received';
  const entries = useReadPages(
    routes.trail,
    { query: { delivery: id, type: 'receipt.signed' } },
    { pageSize: 5, enabled: isReceived },
  );
  const proposals = useReadPages(routes.proposals, { query: { about: id } }, { pageSize: 20, enabled: !isReceived });
  const waiting = proposals.items.find(
    ({ type, state: at }) => type === 'receipt.signed' && at !== 'sealed' && at !== 'rejected' && at !== 'returned',
  );
  const index = entries.items[0]?.index;
  if (isReceived)
    return (
      <Section title={say('receipt')}>
        <Whole reading={entries}>
          {index === undefined ? null : (
            <p className="sealed-ok">
              ✓ {say('receiptSealed', { index })} <Link to={`/trail/${index}`}>{say('trail')}</Link>
            </p>
          )}
        </Whole>
      </Section>
    );
  if (waiting)
    return (
      <Section title={say('receipt')}>
        {waiting.state === 'awaiting-signature' ? <SignHere proposal={waiting} /> : <p role="status">{say('receiptWaits')}</p>}
      </Section>
    );
  if (!receipt.isOpened) return null;
  return (
    <Section title={say('receipt')}>
      <p>{say('receiptLead')}</p>
      {receipt.isWrong ? <Alert className="refusal" type="error" showIcon role="alert" title={say('notAsAsked')} /> : null}
      <RefusalNote error={receipt.error} />
      <Button type="primary" loading={receipt.isPending} onClick={receipt.sign}>
        {say('signReceipt')}
      </Button>
    </Section>
  );
}
