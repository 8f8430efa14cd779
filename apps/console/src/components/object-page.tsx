import type { ReactNode } from 'react';
import { problemOf } from '../lib/api';
import { defineWords, useWords } from '../lib/words';
import { LinkButton } from './link-button';
import { Page } from './page';
import { Whole, type Reading } from './whole';

const words = defineWords('object-page', {
  none: { zh: '查无此项', en: 'There is no such thing' },
  noneHint: {
    zh: '它不存在，或者不在您可以查看的范围内。请核对地址，或从列表中查找。',
    en: 'It does not exist, or it is not yours to see. Check the address, or look for it in the list.',
  },
  list: { zh: '到列表中查找', en: 'To the list' },
  home: { zh: '回首页', en: 'Home' },
});

/**
 * The page of one object as long as the object is not read. What does not exist, what is somebody else's and an address that names
 * nothing look the same, and lead back.
 */
export function ObjectPage({
  title,
  reading,
  list,
}: {
  /** The page's name until the object gives its own. */
  readonly title: string;
  readonly reading: Reading;
  /** Where objects of this kind are listed. */
  readonly list?: string;
}) {
  const problem = problemOf(reading.error);
  return problem?.status === 404 || problem?.status === 400 ? (
    <NoSuch list={list} />
  ) : (
    <Page title={title}>
      <Whole reading={reading} />
    </Page>
  );
}

function NoSuch({ list }: { readonly list: string | undefined }): ReactNode {
  const say = useWords(words);
  return (
    <Page title={say('none')} lead={say('noneHint')}>
      <p className="page-actions">
        {list === undefined ? null : (
          <LinkButton to={list} type="primary">
            {say('list')}
          </LinkButton>
        )}
        <LinkButton to="/">{say('home')}</LinkButton>
      </p>
    </Page>
  );
}
