import { statementWords, type StatementType } from '#contracts';
import { Alert, Button, Drawer } from 'antd';
import { Facts } from '../../../components/facts';
import { Hash } from '../../../components/hash';
import { Instant } from '../../../components/instant';
import { TrustNote } from '../../../components/trust-note';
import { count } from '../../../lib/numbers';
import { useTrust } from '../../../lib/trust';
import { useLocale, usePick, useWords } from '../../../lib/words';
import { CannotTell, Steps } from './steps';
import { useWalk } from './use-walk';
import { useWalkSteps } from './walk-steps';
import { checkWords } from './words';
import './check.css';

/** The whole ledger checked in this browser, and the report, in a sheet at the side. */
export function WholeLedger({ onClose }: { readonly onClose: () => void }) {
  const say = useWords(checkWords);
  return (
    <Drawer open onClose={onClose} title={say('whole')} size="min(720px, 100vw)">
      <WholeCheck />
    </Drawer>
  );
}

function WholeCheck() {
  const say = useWords(checkWords);
  const pick = usePick();
  const locale = useLocale();
  const { data: root } = useTrust();
  const { state, start, cancel } = useWalk();
  const stepsOf = useWalkSteps();
  const clean = state.kind === 'done' && state.verdict.kind === 'clean' ? state.verdict.report : undefined;
  return (
    <div className="check">
      <p className="quiet">{say('wholeLead')}</p>
      <TrustNote />
      <p>
        {state.kind === 'walking' ? (
          <Button onClick={cancel}>{say('cancel')}</Button>
        ) : (
          <Button type="primary" disabled={!root} onClick={() => root && start({ root: root.root })}>
            {say(state.kind === 'idle' ? 'start' : 'again')}
          </Button>
        )}
      </p>
      {state.kind === 'done' ? (
        <Alert
          type={!clean ? 'error' : root?.from === 'file' ? 'success' : 'info'}
          showIcon
          role="status"
          title={say(!clean ? 'failed' : root?.from === 'file' ? 'passed' : 'passedOnly')}
        />
      ) : null}
      {root ? <Steps steps={stepsOf(state, root)} /> : null}
      {clean ? (
        <>
          <Facts
            of={[
              [say('ledgerHead'), <Hash key="head" of={clean.head} shown={24} />],
              [say('lastSealed'), <Instant key="last" at={clean.sealedAt} show="second" />],
            ]}
          />
          <h3>{say('custody')}</h3>
          {clean.exchangeCustody.length === 0 ? (
            <p>{say('custodyNone')}</p>
          ) : (
            <ul className="custody">
              {clean.exchangeCustody.map((one) => (
                <li key={one.department}>
                  {one.name} <span className="quiet">{one.department}</span>
                </li>
              ))}
            </ul>
          )}
          {clean.compromised.length === 0 ? null : (
            <>
              <h3>{say('compromised')}</h3>
              <ul className="custody">
                {clean.compromised.map(({ keyId, department, name, declaredAt, entries, last }) => (
                  <li key={keyId}>
                    {name || department}{' '}
                    <span className="quiet">
                      {say('compromisedKey', {
                        key: keyId.slice(0, 8),
                        index: declaredAt,
                        entries: count(entries, locale),
                        last,
                      })}
                    </span>
                  </li>
                ))}
              </ul>
            </>
          )}
          <h3>{say('byType')}</h3>
          <dl className="by-type">
            {(Object.entries(clean.byType) as [StatementType, number][]).map(([type, entries]) => (
              <div key={type}>
                <dt>{pick(statementWords[type])}</dt>
                <dd>{count(entries, locale)}</dd>
              </div>
            ))}
          </dl>
          <CannotTell sentences={clean.warnings.map(pick)} />
        </>
      ) : null}
    </div>
  );
}
