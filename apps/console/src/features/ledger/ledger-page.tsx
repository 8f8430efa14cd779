import { routes, type LedgerStatus } from '#contracts';
import { Facts } from '../../components/facts';
import { Instant } from '../../components/instant';
import { ObjectPage } from '../../components/object-page';
import { Page, Section } from '../../components/page';
import { useRead } from '../../lib/api';
import { count } from '../../lib/numbers';
import { useLocale, usePick, useWords } from '../../lib/words';
import './ledger.css';
import { ledgerWords } from './words';

/** Whether the ledger is sealed and witnessed, by whom, and where others find what they check it by. */
export function LedgerPage() {
  const say = useWords(ledgerWords);
  const status = useRead(routes.ledgerStatus, {}, { refetchInterval: 30_000 });
  return status.data ? <ShownLedger status={status.data} /> : <ObjectPage title={say('title')} reading={status} list="/" />;
}

function ShownLedger({ status }: { readonly status: LedgerStatus }) {
  const say = useWords(ledgerWords);
  const pick = usePick();
  const locale = useLocale();
  const { size, signedSize, inForce, sealing, inbox, witnesses } = status;
  const { witnessed, behindSince, each } = witnesses;
  return (
    <Page title={say('title')} lead={say('lead')}>
      <Section title={say('standing')}>
        <Facts
          of={[
            [say('sealing'), sealing.problem ? pick(sealing.problem.title) : say('sealingOk')],
            [
              say('waiting'),
              inbox.overdue > 0
                ? say('waitingOverdue', { waiting: count(inbox.waiting, locale), overdue: count(inbox.overdue, locale) })
                : count(inbox.waiting, locale),
            ],
            [say('size'), count(size, locale)],
            [say('signed'), count(signedSize, locale)],
            [
              say('witnessed'),
              !witnesses.quorum ? (
                say('nobody')
              ) : witnessed ? (
                <span key="witnessed">
                  {count(witnessed.size, locale)} · <Instant at={witnessed.at} />
                </span>
              ) : (
                say('notYet')
              ),
            ],
            [say('behind'), behindSince ? <Instant key="behind" at={behindSince} /> : undefined],
            [say('inForce'), inForce && say(inForce === 'durable' ? 'durable' : 'once-witnessed')],
          ]}
        />
        <p className="quiet">{say('ends')}</p>
      </Section>
      <Section title={say('witnesses')}>{each.length === 0 ? <p>{say('none')}</p> : <Witnesses of={each} />}</Section>
      <Section title={say('files')}>
        <p>
          <a href="/log/checkpoint">{say('checkpoint')}</a> · <a href="/log/witnesses">{say('policy')}</a> ·{' '}
          <a href="/log/vkey">{say('vkey')}</a>
        </p>
        <p className="quiet">{say('check')}</p>
        <pre className="ledger-command">quanlian verify --log {location.origin} --trust root.json</pre>
      </Section>
    </Page>
  );
}

function Witnesses({ of }: { readonly of: LedgerStatus['witnesses']['each'] }) {
  const say = useWords(ledgerWords);
  const pick = usePick();
  const locale = useLocale();
  return (
    <div className="witnesses">
      <table>
        <thead>
          <tr>
            <th scope="col">{say('name')}</th>
            <th scope="col">{say('state')}</th>
            <th scope="col">{say('cosigned')}</th>
            <th scope="col">{say('at')}</th>
          </tr>
        </thead>
        <tbody>
          {of.map(({ name, ok, problem, cosignedSize, cosignedAt }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{ok ? say('ok') : problem ? pick(problem.title) : say('silent')}</td>
              <td>{cosignedSize === undefined ? '' : count(cosignedSize, locale)}</td>
              <td>{cosignedAt ? <Instant at={cosignedAt} /> : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
