import { endingReasonWords, routes, word, type RequestView, type RightView } from '#contracts';
import { Section } from '../../components/page';
import { Instant } from '../../components/instant';
import { StateTag } from '../../components/state-tag';
import { Whole } from '../../components/whole';
import { useRead } from '../../lib/api';
import { count } from '../../lib/numbers';
import { usePick, useLocale, useWords } from '../../lib/words';
import { reviewWords } from './words';

/** What this department asked for, was granted, took and had suspended on this dataset before. */
export function History({ request }: { readonly request: RequestView }) {
  const say = useWords(reviewWords);
  const query = { dataset: request.dataset, limit: 200 };
  const requests = useRead(routes.requests, { query: { side: 'to', ...query } });
  const rights = useRead(routes.rights, { query: { side: 'grantor', ...query } });
  const earlier = (requests.data?.items ?? []).filter((one) => one.from === request.from && one.id !== request.id);
  const held = (rights.data?.items ?? []).filter((one) => one.grantee === request.from);
  return (
    <Section title={say('history')}>
      <Whole reading={rights}>
        {earlier.length + held.length === 0 && requests.data ? <p className="quiet review-note">{say('noHistory')}</p> : null}
        {held.length > 0 ? <h3>{say('rights')}</h3> : null}
        {held.map((right) => (
          <HeldRight key={right.id} right={right} />
        ))}
        {earlier.length > 0 ? <h3>{say('earlier')}</h3> : null}
        {earlier.map((one) => (
          <div key={one.id} className="history-line">
            <Instant at={one.receivedAt} show="day" />
            <StateTag kind="request" state={one.state} />
            <span>{one.asked.purpose.scenario}</span>
          </div>
        ))}
      </Whole>
    </Section>
  );
}

function HeldRight({ right }: { readonly right: RightView }) {
  const say = useWords(reviewWords);
  const pick = usePick();
  const locale = useLocale();
  const deliveries = useRead(routes.deliveries, { query: { right: right.id, limit: 10 } });
  return (
    <>
      <div className="history-line">
        <Instant at={right.grantedAt} show="day" />
        <StateTag kind="right" state={right.state} />
        <span>{say('used', { pulls: count(right.used.pulls, locale), rows: count(right.used.rows, locale) })}</span>
        {right.end ? (
          <span>
            <Instant at={right.end.at} show="day" />{' '}
            {say('ended', { by: right.end.byName, reason: pick(word(endingReasonWords, right.end.code)) })}
          </span>
        ) : null}
        <span className="quiet">{pick(right.sentence)}</span>
      </div>
      {(deliveries.data?.items ?? []).map((one) => (
        <div key={one.id} className="history-line quiet">
          <span>{say('deliveries')}</span>
          <Instant at={one.pulledAt} />
          <StateTag kind="delivery" state={one.state} />
          {one.rows === undefined ? null : <span>{say('count', { count: one.rows })}</span>}
        </div>
      ))}
    </>
  );
}
