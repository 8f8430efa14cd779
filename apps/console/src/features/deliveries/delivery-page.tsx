import { routes, type DeliveryView, type ProposalView } from '#contracts';
import type { SealedDelivery } from '#ledger';
import { Alert, Segmented } from 'antd';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useSession } from '../../app/session';
import { DeliveryStages } from '../../components/delivery-stages';
import { EvidenceButton } from '../../components/evidence-button';
import { Facts } from '../../components/facts';
import { Hash } from '../../components/hash';
import { Instant } from '../../components/instant';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { SignHere } from '../../components/sign-here';
import { StateActions } from '../../components/state-actions';
import { NextStep, stateOf, StateTag } from '../../components/state-tag';
import { useFormatName } from '../../components/terms';
import { TrustNote } from '../../components/trust-note';
import { useRead } from '../../lib/api';
import { bytes, count } from '../../lib/numbers';
import { useLocale, usePick, useWords } from '../../lib/words';
import { AgeFile } from './age-file';
import './deliveries.css';
import { OpenHere } from './open-here';
import { Receipt } from './receipt';
import { useOpening } from './use-opening';
import { useReceipt } from './use-receipt';
import { sealedFault, useSealed } from './use-sealed';
import { deliveryWords } from './words';

/** One delivery: how far it is, what the ledger says of it, and how to open it. */
export function DeliveryPage() {
  const say = useWords(deliveryWords);
  const { id = '' } = useParams();
  const delivery = useRead(routes.delivery, { params: { id } });
  return delivery.data ? (
    <ShownDelivery delivery={delivery.data} />
  ) : (
    <ObjectPage title={say('title')} reading={delivery} list="/rights" />
  );
}

function ShownDelivery({ delivery }: { readonly delivery: DeliveryView }) {
  const say = useWords(deliveryWords);
  const pick = usePick();
  const { department, has } = useSession();
  const { id, state, grantor, grantee, payload } = delivery;
  const isOurs = grantee === department && has('requester');
  const pull = useRead(routes.proposal, { params: { id } }, { enabled: isOurs && state === 'pulled' }).data;
  // Until the department has signed and it is sealed, there is a proposal and nothing for the exchange to decide or to cancel.
  const isSealed = state !== 'pulled' || pull?.state === 'sealed';
  const proposed = isSealed ? undefined : pull;
  return (
    <Page
      title={delivery.datasetTitle || say('title')}
      back={{ to: `/rights/${delivery.right}`, label: say('right') }}
      lead={
        <>
          {say('lead', { to: delivery.granteeName })} · <Link to={`/trail?delivery=${id}`}>{say('trail')}</Link>
        </>
      }
      actions={
        <>
          <EvidenceButton of="delivery" id={id} />
          {isSealed ? (
            <StateActions
              kind="delivery"
              state={state}
              parties={{ grantor, grantee, payload }}
              params={{ id }}
              only={['cancel']}
            />
          ) : proposed ? (
            <StateActions
              kind="proposal"
              state={proposed.state}
              parties={{ issuer: proposed.statement.issuer, preparer: proposed.preparedBy.id }}
              params={{ id }}
              only={['take-back']}
            />
          ) : null}
        </>
      }
    >
      <Section
        title={say('progress')}
        extra={proposed ? <StateTag kind="proposal" state={proposed.state} /> : <StateTag kind="delivery" state={state} />}
      >
        <DeliveryStages delivery={delivery} />
        <p className="delivery-next">
          {proposed ? <NextStep kind="proposal" state={proposed.state} /> : <NextStep kind="delivery" state={state} />}
        </p>
        {delivery.waits ? <p role="status">{pick(delivery.waits.sentence)}</p> : null}
        <WhyNot delivery={delivery} />
        {state === 'prepared' && payload ? <RightNow right={delivery.right} /> : null}
      </Section>
      {pull ? <PullProposal proposal={pull} /> : null}
      {isOurs && !delivery.waits && (state === 'prepared' || state === 'received') ? <Opening delivery={delivery} /> : null}
      <DeliveryFacts delivery={delivery} />
    </Page>
  );
}

function WhyNot({ delivery }: { readonly delivery: DeliveryView }) {
  const say = useWords(deliveryWords);
  const pick = usePick();
  const { problem, right, state } = delivery;
  if (!problem) return null;
  return (
    <Alert
      className="refusal"
      type={state === 'cancelled' ? 'info' : 'warning'}
      showIcon
      title={pick(problem.title)}
      description={
        state === 'cancelled' ? undefined : (
          <>
            {state === 'refused' ? <p>{say('forwardRefused')}</p> : null}
            <p>
              <Link to={`/rights/${right}`}>{say('toRight')}</Link>
            </p>
            <small className="quiet">
              <code>{problem.code}</code>
            </small>
          </>
        )
      }
    />
  );
}

/** That the right does not stand now, so that nothing leaves under it: what is ready cannot be fetched either. */
function RightNow({ right: id }: { readonly right: string }) {
  const say = useWords(deliveryWords);
  const pick = usePick();
  const right = useRead(routes.right, { params: { id } });
  if (!right.data || right.data.state === 'in-force') return null;
  const { label, next } = stateOf('right', right.data.state);
  return (
    <Alert
      className="refusal"
      type="warning"
      showIcon
      title={say('rightNow', { state: pick(label) })}
      description={
        <>
          <p>{pick(next)}</p>
          <Link to={`/rights/${id}`}>{say('toRight')}</Link>
        </>
      }
    />
  );
}

/** The pull itself, as long as it waits for the department's signature or when it never was sealed. */
function PullProposal({ proposal }: { readonly proposal: ProposalView }) {
  const say = useWords(deliveryWords);
  const pick = usePick();
  if (proposal.state === 'awaiting-signature')
    return (
      <Section title={say('sign')}>
        <SignHere proposal={proposal} />
      </Section>
    );
  if (proposal.state === 'rejected' || proposal.state === 'returned')
    return (
      <Alert
        className="refusal"
        type="warning"
        showIcon
        title={say('pullReturned')}
        description={proposal.problem ? pick(proposal.problem.title) : proposal.returnReason}
      />
    );
  return null;
}

function Opening({ delivery }: { readonly delivery: DeliveryView }) {
  const say = useWords(deliveryWords);
  const pick = usePick();
  const { sealed } = useSealed(delivery.id, true);
  const fault = sealedFault(sealed.error);
  return (
    <>
      <Section title={say('sealed')}>
        <TrustNote />
        {fault ? <Alert type="error" showIcon role="alert" title={pick(fault)} className="refusal" /> : null}
        {sealed.data ? (
          <p className="sealed-ok">
            ✓ {say('sealedOk', { index: sealed.data.index })} <Link to={`/trail/${sealed.data.index}`}>{say('trail')}</Link>
          </p>
        ) : fault || sealed.error ? null : (
          <p className="quiet">{say('sealedWaits')}</p>
        )}
      </Section>
      {sealed.data ? <SealedDelivered delivery={delivery} sealed={sealed.data} /> : null}
    </>
  );
}

function SealedDelivered({ delivery, sealed }: { readonly delivery: DeliveryView; readonly sealed: SealedDelivery }) {
  const say = useWords(deliveryWords);
  const [how, choose] = useState<'here' | 'asAge'>('here');
  const opener = useOpening();
  const receipt = useReceipt(delivery, sealed);
  return (
    <>
      <Receipt delivery={delivery} receipt={receipt} />
      {/* What was opened stays to be saved again, although the receipt disposes of the payload. */}
      {delivery.payload || opener.opening.state !== 'idle' ? (
        <Section title={say('open')}>
          {/* Choosing the other way would end this one, and with it what can still be saved. */}
          {delivery.payload ? (
            <p>
              <Segmented<'here' | 'asAge'>
                aria-label={say('how')}
                value={how}
                disabled={opener.opening.state === 'running'}
                onChange={(next) => {
                  opener.stop();
                  choose(next);
                }}
                options={[
                  { value: 'here', label: say('here') },
                  { value: 'asAge', label: say('asAge') },
                ]}
              />
            </p>
          ) : null}
          {how === 'here' ? (
            <OpenHere delivery={delivery} sealed={sealed} opener={opener} receipt={receipt} />
          ) : (
            <AgeFile delivery={delivery} sealed={sealed} opener={opener} />
          )}
        </Section>
      ) : null}
    </>
  );
}

function DeliveryFacts({ delivery }: { readonly delivery: DeliveryView }) {
  const say = useWords(deliveryWords);
  const formatName = useFormatName();
  const locale = useLocale();
  const dataset = useRead(routes.dataset, { params: { id: delivery.dataset } });
  const titleOf = new Map(dataset.data?.entry.items.map(({ name, title }) => [name, title]));
  const { rows, sizeBytes, ciphertextSha256, plaintextHmac, recipients, receivedAt, state } = delivery;
  const isThere = state === 'prepared' || state === 'received';
  return (
    <Section title={say('facts')}>
      <Facts
        of={[
          [say('pulledAt'), <Instant key="at" at={delivery.pulledAt} />],
          [say('receivedAt'), receivedAt ? <Instant key="received" at={receivedAt} /> : undefined],
          [say('format'), formatName(delivery.format)],
          [say('rows'), rows === undefined ? undefined : count(rows, locale)],
          [say('size'), sizeBytes === undefined ? undefined : bytes(sizeBytes)],
          [say('served'), delivery.servedBytes > 0 ? bytes(delivery.servedBytes) : undefined],
          [say('payload'), isThere ? say(delivery.payload ? 'stored' : 'gone') : undefined],
          [say('ciphertext'), ciphertextSha256 ? <Hash key="sha" of={ciphertextSha256} shown={16} /> : undefined],
          [say('hmac'), plaintextHmac ? <Hash key="hmac" of={plaintextHmac} shown={16} /> : undefined],
          [
            say('recipients'),
            recipients.length > 0
              ? recipients.map((one) => (
                  <span key={one} className="recipient">
                    <Hash of={one} shown={16} />
                  </span>
                ))
              : undefined,
          ],
          [say('items'), delivery.items.map((name) => titleOf.get(name) ?? name).join(locale === 'zh' ? '、' : ', ')],
        ]}
      />
    </Section>
  );
}
