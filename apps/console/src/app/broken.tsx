import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useRouteError } from 'react-router';
import { useWords } from '../lib/words';
import { appWords } from './words';

function Stop({
  title,
  hint,
  children,
}: {
  readonly title: string;
  readonly hint?: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <div className="stop">
      <h1>{title}</h1>
      {hint === undefined ? null : <p className="quiet">{hint}</p>}
      {children}
    </div>
  );
}

/** A page whose code broke, or whose code is of an older build than the exchange now serves. */
export function Broken() {
  const say = useWords(appWords);
  const error = useRouteError();
  const isOld = error instanceof TypeError && /dynamically imported module/.test(error.message);
  return (
    <Stop title={say(isOld ? 'newVersion' : 'broken')} hint={isOld ? undefined : say('brokenHint')}>
      <Button type="primary" onClick={() => location.reload()}>
        {say('reload')}
      </Button>
    </Stop>
  );
}

export function NotFound() {
  const say = useWords(appWords);
  return (
    <Stop title={say('notFound')} hint={say('notFoundHint')}>
      <Button type="primary" href="/">
        {say('home')}
      </Button>
    </Stop>
  );
}
