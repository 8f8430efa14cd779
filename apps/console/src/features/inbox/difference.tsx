import { routes, type Item, type Statement } from '#contracts';
import { atLeastAsStrict, describeTransformation, weakerThanEntry } from '#rights';
import { Alert } from 'antd';
import { Changes, useChanges } from '../../components/changes';
import { Facts } from '../../components/facts';
import { termsWords } from '../../components/terms';
import { useRead } from '../../lib/api';
import { useLocale, useWords } from '../../lib/words';
import { proposalWords } from './words';

/** Where a grant differs from what was asked, side by side; and items that would show more than the entry's masks do. */
export function Difference({
  statement,
  items,
}: {
  readonly statement: Statement<'right.granted'>;
  readonly items: readonly Item[];
}) {
  const say = useWords(proposalWords);
  const sayTerms = useWords(termsWords);
  const locale = useLocale();
  const changesOf = useChanges();
  const { terms, request: requestId } = statement.body;
  const request = useRead(routes.request, { params: { id: requestId } });
  const weaker = weakerThanEntry(items, terms.items, terms.transformations).map(
    (name) => items.find((item) => item.name === name)?.title ?? name,
  );
  if (!request.data) return null;
  const { asked } = request.data;
  const masks = terms.items.flatMap((name) => {
    const item = items.find((one) => one.name === name);
    const mask = terms.transformations.find((one) => one.item === name)?.transformation;
    if (!item || (atLeastAsStrict(mask, item.mask) && atLeastAsStrict(item.mask, mask))) return [];
    return [`${item.title} ${mask ? describeTransformation(mask, locale) : say('plain')}`];
  });
  const changes = changesOf(asked, terms, items);
  if (masks.length > 0) changes.push([say('masks'), say('entryMasks'), masks.join(locale === 'zh' ? '；' : '; ')]);
  return (
    <>
      <Facts
        of={[
          [sayTerms('basis'), asked.purpose.basis],
          [sayTerms('scenario'), asked.purpose.scenario],
        ]}
      />
      {weaker.length > 0 ? (
        <Alert
          type="warning"
          showIcon
          className="refusal"
          title={say('weaker', { items: weaker.join(locale === 'zh' ? '、' : ', ') })}
        />
      ) : null}
      {changes.length === 0 ? (
        <p className="difference-note">
          <b>{say('asAsked')}</b>
        </p>
      ) : (
        <Changes of={changes} before={say('asked')} after={say('granted')} />
      )}
    </>
  );
}
