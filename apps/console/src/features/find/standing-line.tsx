import type { DatasetView } from '#contracts';
import type { Before, Standing, StandingAction, StandingAnswer } from '#rights';
import { LinkButton } from '../../components/link-button';
import { count } from '../../lib/numbers';
import { localDay } from '../../lib/times';
import { useLocale, useWords, type Locale } from '../../lib/words';
import { datasetWords, standingWords } from './words';

type Line = readonly [key: keyof typeof standingWords.phrases, values?: Readonly<Record<string, string | number>>];

/** What the one sentence says, by where the department stands. */
function lineOf(standing: Standing, provider: string, locale: Locale): Line {
  switch (standing.kind) {
    case 'own':
      return [standing.hasVersion ? 'own' : 'ownEmpty'];
    case 'usable':
    case 'no-version':
    case 'used-up-today':
      return [
        standing.kind,
        { provider, date: standing.lastDay, count: standing.pullsLeft, rows: count(standing.rowsLeft, locale) },
      ];
    case 'not-yet':
      return ['not-yet', { date: standing.firstDay }];
    case 'suspended':
      return ['suspended', { by: standing.byName }];
    case 'supplement':
      return ['supplement', { provider }];
    case 'asked': {
      const received = localDay(standing.receivedAt);
      const { due, daysLeft } = standing;
      if (due === undefined || daysLeft === undefined) return ['askedNoDate', { received, provider }];
      const key = daysLeft < 0 ? 'askedLate' : daysLeft === 0 ? 'askedToday' : 'asked';
      return [key, { received, provider, due, count: Math.abs(daysLeft) }];
    }
    case 'prepared':
      return [standing.state, { provider }];
    case 'not-shared':
      return ['not-shared', { citation: standing.citation || '–' }];
    case 'ask':
      return [standing.conditional ? 'ask-conditional' : 'ask-unconditional', { provider, count: standing.replyDays }];
  }
}

function beforeLine(before: Before): Line {
  switch (before.kind) {
    case 'right-ended':
      return ['right-ended', { date: before.lastDay }];
    case 'right-terminated':
      return ['right-terminated', { by: before.byName }];
    case 'right-used-up':
      return [`right-used-up-${before.of}`];
    case 'request-refused':
      return ['request-refused'];
  }
}

const tones: Readonly<Record<Standing['kind'], string>> = {
  own: 'good',
  usable: 'good',
  'no-version': 'calm',
  'used-up-today': 'calm',
  'not-yet': 'calm',
  suspended: 'warn',
  supplement: 'warn',
  asked: 'calm',
  prepared: 'calm',
  'not-shared': 'bad',
  ask: 'calm',
};

/** Where each action leads. */
function pathOf(action: StandingAction, standing: Standing, dataset: string): string {
  switch (action) {
    case 'publish':
      return `/publish/${dataset}`;
    case 'pull':
    case 'see-right':
      return `/rights/${'right' in standing ? standing.right : ''}`;
    case 'supplement':
      return `/requests/${'request' in standing ? standing.request : ''}/supplement`;
    case 'see-request':
      return `/requests/${'request' in standing ? standing.request : ''}`;
    case 'see-proposal':
      return `/requests/${standing.kind === 'prepared' ? standing.proposal : ''}`;
    case 'ask':
      return `/ask/${dataset}`;
  }
}

/** One sentence: what I may do now, and how to get the rest. */
export function StandingLine({
  dataset,
  answer: { standing, actions },
  isRequester,
}: {
  readonly dataset: DatasetView;
  readonly answer: StandingAnswer;
  readonly isRequester: boolean;
}) {
  const say = useWords(standingWords);
  const sayAction = useWords(datasetWords);
  const locale = useLocale();
  const [key, values] = lineOf(standing, dataset.providerName, locale);
  const before = standing.kind === 'ask' ? standing.before : undefined;
  const [beforeKey, beforeValues] = before ? beforeLine(before) : [];
  return (
    <section className={`standing standing-${tones[standing.kind]}`} aria-label={sayAction('whatNow')}>
      <p>
        {beforeKey ? `${say(beforeKey, beforeValues)} ` : null}
        {say(key, values)} {standing.kind === 'ask' && !isRequester ? say('notRequester') : null}
      </p>
      {actions.length > 0 ? (
        <div className="standing-actions">
          {actions.map((action, i) => (
            <LinkButton key={action} to={pathOf(action, standing, dataset.id)} type={i === 0 ? 'primary' : 'default'}>
              {sayAction(action === 'ask' && i > 0 ? 'askAgain' : action)}
            </LinkButton>
          ))}
        </div>
      ) : null}
    </section>
  );
}
