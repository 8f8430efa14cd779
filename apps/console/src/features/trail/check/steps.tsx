import { CheckCircleFilled, CloseCircleFilled, LoadingOutlined, QuestionCircleOutlined } from '@ant-design/icons';
import type { ReactNode } from 'react';
import { useWords } from '../../../lib/words';
import { checkWords } from './words';

export interface Step {
  readonly key: string;
  readonly name: string;
  readonly state: 'ok' | 'bad' | 'unknown' | 'running';
  readonly told: ReactNode;
}
const icons = {
  ok: <CheckCircleFilled />,
  bad: <CloseCircleFilled />,
  unknown: <QuestionCircleOutlined />,
  running: <LoadingOutlined />,
};

/** What was checked, each with a tick or a cross and one sentence. */
export function Steps({ steps }: { readonly steps: readonly Step[] }) {
  const say = useWords(checkWords);
  return (
    <ol className="check-steps" aria-label={say('steps')}>
      {steps.map(({ key, name, state, told }) => (
        <li key={key} className={`check-step check-${state}`}>
          <span className="check-icon" role="img" aria-label={say(state)}>
            {icons[state]}
          </span>
          <span>
            <b>{name}</b>
            <span className="check-told">{told}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}

/** What no check of this kind can tell: said plainly, so that a tick is not taken for more than it is. */
export function CannotTell({ sentences }: { readonly sentences: readonly string[] }) {
  const say = useWords(checkWords);
  return (
    <div className="cannot">
      <h3>{say('cannot')}</h3>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}
