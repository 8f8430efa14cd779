import { Link } from 'react-router';
import { Instant } from '../../components/instant';
import { StateTag } from '../../components/state-tag';
import { usePick, useWords } from '../../lib/words';
import type { JourneyStep } from './journey';
import { requestWords } from './words';

/** The journey as a list in time, each step with whoever prepared and approved it, and its seal. */
export function JourneyList({ steps }: { readonly steps: readonly JourneyStep[] }) {
  const say = useWords(requestWords);
  const pick = usePick();
  return (
    <ol className="journey">
      {steps.map((step) => {
        const { id, type, decision, by, prepared, approved, sealed, state, returnReason, problem, said } = step;
        const title = type === 'right.granted' && isDecision(decision) ? decision : (type as 'request.submitted');
        return (
          <li
            key={id}
            className={sealed ? 'journey-done' : state === 'returned' || state === 'rejected' ? 'journey-out' : 'journey-now'}
          >
            <b>{say(title)}</b> {by ? <span className="quiet">{by}</span> : null}{' '}
            {state ? <StateTag kind="proposal" state={state} /> : null}
            <div className="journey-facts">
              {prepared && prepared.name !== '' ? (
                <span>
                  {say('prepared', { name: prepared.name })} <Instant at={prepared.at} />
                </span>
              ) : null}
              {approved ? (
                <span>
                  {approved.name === undefined
                    ? say('approvedByHead')
                    : say('approved', { name: approved.name || say('erased') })}{' '}
                  <Instant at={approved.at} />
                </span>
              ) : null}
              {sealed ? (
                <span>
                  {say('sealed')} <Instant at={sealed.at} show="second" /> ·{' '}
                  <Link to={`/trail/${sealed.index}`}>{say('sealedAs', { index: sealed.index })}</Link>
                </span>
              ) : null}
            </div>
            {said ? (
              <p className="journey-said">
                <span className="quiet">{say(said.label)}</span> {said.text}
              </p>
            ) : null}
            {returnReason ? (
              <p className="journey-said">
                <span className="quiet">{say('returned')}</span> {returnReason}
              </p>
            ) : null}
            {problem ? <p className="journey-said">{pick(problem)}</p> : null}
          </li>
        );
      })}
    </ol>
  );
}

function isDecision(decision: string | undefined): decision is 'agree' | 'agree-in-part' | 'by-rule' {
  return decision === 'agree' || decision === 'agree-in-part' || decision === 'by-rule';
}
