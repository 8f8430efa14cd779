import { routes } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { RefusalNote } from '../../components/refusal-note';
import { client } from '../../lib/api';
import { count } from '../../lib/numbers';
import { useLocale, useWords } from '../../lib/words';
import { rightsWords } from './words';

/** How many rows changed since the last delivery: counted when asked, since both versions are read for it. */
export function ChangesSince({ right }: { readonly right: string }) {
  const say = useWords(rightsWords);
  const locale = useLocale();
  const [isAsked, ask] = useState(false);
  const changes = useQuery({
    queryKey: ['rights', right, 'changes'],
    enabled: isAsked,
    retry: false,
    queryFn: ({ signal }) => client.call(routes.rightChanges, { params: { id: right } }, { signal }),
  });
  if (!isAsked || changes.isLoading)
    return (
      <Button size="small" loading={changes.isLoading} onClick={() => ask(true)}>
        {say('countChanges')}
      </Button>
    );
  if (!changes.data) return <RefusalNote error={changes.error} isReading />;
  const { since, number, added, changed, removed } = changes.data;
  return (
    <span role="status" className="quiet">
      {since.number === number
        ? say('noNewVersion')
        : say('changesFound', {
            from: since.number,
            to: number,
            added: count(added, locale),
            changed: count(changed, locale),
            removed: count(removed, locale),
          })}
    </span>
  );
}
