import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { isLoggedOut, isUnreachable, problemOf } from '../lib/api';
import { defineWords, usePick, useWords } from '../lib/words';

const words = defineWords('refusal', {
  unreachable: {
    zh: '没有收到平台的答复。您填写的内容还在；连上后再提交一次，不会重复。',
    en: 'The exchange did not answer. What you typed is still here; send it again when the line is back, it will not count twice.',
  },
  notRead: { zh: '没有收到平台的答复，连上后请再试一次。', en: 'The exchange did not answer; try again when the line is back.' },
  bug: { zh: '出了意外，请再试一次。', en: 'Something went wrong; please try again.' },
  moved: {
    zh: '它的状态刚刚变了（可能别人已经办理），所以没有再办一次。本页已更新为现在的状态。',
    en: 'Its state has just changed (somebody may have acted already), so nothing was done again. This page now shows how it stands.',
  },
  loggedOut: {
    zh: '会话已结束，刚才没有提交。登录后请再提交一次。',
    en: 'The session had ended, so nothing was sent. Send it again once you are logged in.',
  },
  readLater: { zh: '会话已结束，登录后即可看到。', en: 'The session had ended; it is shown once you are logged in.' },
  code: { zh: '代码', en: 'Code' },
});

/** Why the exchange said no, in a sentence, with the code for those who ask for help, and the way forward when there is one. */
export function RefusalNote({
  error,
  forward,
  isReading = false,
}: {
  readonly error: unknown;
  readonly forward?: ReactNode;
  /** Something was to be shown; nothing was sent. */
  readonly isReading?: boolean;
}) {
  const say = useWords(words);
  const pick = usePick();
  if (error === null || error === undefined) return null;
  const problem = problemOf(error);
  // The dialog above the page asks for the password; what stays here is what to do after it.
  if (isLoggedOut(error))
    return <Alert className="refusal" type="info" showIcon role="alert" title={say(isReading ? 'readLater' : 'loggedOut')} />;
  const faults = problem?.faults ?? [];
  // A state's name says nothing to a person; the page itself shows the state by now.
  const isMoved = problem?.code === 'wrong-state';
  const unreachable = isReading ? 'notRead' : 'unreachable';
  const title = problem ? (isMoved ? say('moved') : pick(problem.title)) : say(isUnreachable(error) ? unreachable : 'bug');
  return (
    <Alert
      className="refusal"
      type={problem && problem.status < 500 ? 'warning' : 'error'}
      showIcon
      role="alert"
      title={title}
      description={
        problem || forward ? (
          <>
            {faults.length > 1 ? (
              <ul>
                {faults.map((fault) => (
                  <li key={`${fault.code}${fault.at?.field}`}>{pick(fault.title)}</li>
                ))}
              </ul>
            ) : null}
            {forward ? <p>{forward}</p> : null}
            {problem ? (
              <small className="quiet">
                {say('code')} <code>{problem.code}</code>
              </small>
            ) : null}
          </>
        ) : undefined
      }
    />
  );
}
