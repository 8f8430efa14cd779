import { routes } from '#contracts';
import { Progress } from 'antd';
import { Link } from 'react-router';
import { useRead } from '../../../lib/api';
import { bytes, count } from '../../../lib/numbers';
import { useLocale, usePick, useWords } from '../../../lib/words';
import { fingerprintOf, type Trust } from '../../../lib/trust';
import type { Step } from './steps';
import type { WalkState } from './use-walk';
import { checkWords } from './words';

/** How far the walk is. */
export function WalkProgress({ state }: { readonly state: WalkState }) {
  const say = useWords(checkWords);
  const locale = useLocale();
  const ready = useRead(routes.ready, {}, { staleTime: 60_000 });
  if (state.kind !== 'walking') return null;
  const total = Math.max(ready.data?.ledgerSize ?? 0, state.entries);
  const text = say('walking', { done: count(state.entries, locale), total: count(total, locale), bytes: bytes(state.bytes) });
  return (
    <div className="walk-progress">
      <Progress percent={total === 0 ? 0 : Math.floor((state.entries / total) * 100)} aria-label={text} />
      <span role="status">{text}</span>
    </div>
  );
}

/** What the walk over the whole ledger found, step by step. */
export function useWalkSteps(): (state: WalkState, root: Trust, index?: number) => Step[] {
  const say = useWords(checkWords);
  const pick = usePick();
  const locale = useLocale();
  const number = (value: number) => count(value, locale);
  return (state, root, index) => {
    const rootStep: Step = {
      key: 'root',
      name: say('root'),
      state: root.from === 'file' ? 'ok' : 'unknown',
      told: root.from === 'file' ? say('rootFile', { print: fingerprintOf(root.root) }) : say('rootExchange'),
    };
    if (state.kind === 'walking')
      return [rootStep, { key: 'chain', name: say('chain'), state: 'running', told: <WalkProgress state={state} /> }];
    if (state.kind === 'broken') return [rootStep, { key: 'chain', name: say('chain'), state: 'unknown', told: say('noAnswer') }];
    if (state.kind === 'idle') return [];
    const { verdict, before, ms } = state;
    if (verdict.kind === 'fault') {
      const { code, index: at } = verdict;
      const isOfRoot = code === 'trust-root-differs';
      const isOfSeen = code === 'history-shrank' || code === 'history-changed';
      const told = (
        <>
          {pick(verdict.sentence)} <Link to={`/trail/${at}`}>{say('openFault', { index: at })}</Link>
        </>
      );
      if (isOfRoot) return [{ ...rootStep, state: 'bad', told: pick(verdict.sentence) }];
      if (isOfSeen) {
        const sentence =
          code === 'history-shrank' ? say('seenShrank', { before: number(before?.size ?? 0) }) : say('seenChanged');
        return [
          rootStep,
          {
            key: 'seen',
            name: say('seen'),
            state: 'bad',
            told:
              code === 'history-changed' ? (
                <>
                  {sentence} {told}
                </>
              ) : (
                sentence
              ),
          },
        ];
      }
      return [
        rootStep,
        { key: 'chain', name: say('chain'), state: 'bad', told },
        ...(index === undefined
          ? []
          : [{ key: 'place', name: say('place'), state: 'unknown', told: say('chainUnreached') } satisfies Step]),
      ];
    }
    const { report, holds } = verdict;
    const seconds = Math.max(0.1, ms / 1000);
    const steps: Step[] = [
      rootStep,
      {
        key: 'chain',
        name: say('chain'),
        state: 'ok',
        told: (
          <>
            {say('chainOk', { count: report.size })}{' '}
            <span className="quiet">
              {say('speed', {
                count: number(report.size),
                seconds: seconds.toFixed(1),
                rate: number(Math.round(report.size / seconds)),
              })}
            </span>
          </>
        ),
      },
    ];
    if (index !== undefined && holds !== 'not-asked') {
      const key = { yes: 'placeOk', no: 'placeBad', missing: 'placeMissing' } as const;
      steps.push({ key: 'place', name: say('place'), state: holds === 'yes' ? 'ok' : 'bad', told: say(key[holds], { index }) });
    }
    steps.push({
      key: 'seen',
      name: say('seen'),
      state: before ? 'ok' : 'unknown',
      told: before
        ? say('seenSame', { before: number(before.size), added: number(report.size - before.size) })
        : say('seenFirst', { count: number(report.size) }),
    });
    return steps;
  };
}
