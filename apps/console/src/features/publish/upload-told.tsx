import { detectedWords, routes, shortId, type Item, type UploadView, type Violations } from '#contracts';
import { TableOutlined } from '@ant-design/icons';
import { TakeFile } from '../../components/take-file';
import { client } from '../../lib/api';
import { saveBlob } from '../../lib/save';
import { count } from '../../lib/numbers';
import { useLocale, usePick, useWords } from '../../lib/words';
import { foundWords, publishWords } from './words';

/** What the exchange found out of a file, each with its reason; and all that was wrong with its rows, counted, with the rows to fetch. */
export function UploadTold({
  view,
  violations,
  items,
}: {
  readonly view: UploadView;
  readonly violations?: Violations | undefined;
  /** The dataset's items, for their titles. */
  readonly items: readonly Item[];
}) {
  const say = useWords(publishWords);
  const sayFound = useWords(foundWords);
  const pick = usePick();
  const locale = useLocale();
  const { detected = [], leftOut, hasFaultyRows = false, id } = view;
  const told = violations ?? leftOut;
  /** A code as people say it; `title 1` is a kind and how often it was found. */
  const inWords = (code: string) => {
    const [kind = '', ...rest] = code.split(' ');
    return kind in foundWords.phrases ? [sayFound(kind as 'title'), ...rest].join(' × ') : code;
  };
  const take = async () => {
    const response = await client.open(routes.faultyRows, { params: { id } });
    saveBlob(`faulty-rows-${shortId(id)}.xlsx`, await response.blob());
  };
  return (
    <>
      {detected.length === 0 ? null : (
        <ul className="detected">
          {detected.map(({ what, value, why }) => (
            <li key={`${what} ${value}`}>
              {pick(detectedWords[what])}
              {locale === 'zh' ? '：' : ': '}
              <b>{what === 'skipped' || what === 'delimiter' ? inWords(value) : value}</b>{' '}
              <span className="quiet">{pick(why)}</span>
            </li>
          ))}
        </ul>
      )}
      {told ? (
        <>
          <p>
            {leftOut ? `${say('leftOut', { rows: count(leftOut.rows, locale) })} · ` : null}
            {say('totals', { count: count(told.count, locale), rows: count(told.rows, locale) })}
          </p>
          <ul>
            {told.totals.map(({ code, item, count: times }) => (
              <li key={`${code} ${item ?? ''}`}>
                {count(times, locale)} × {items.find(({ name }) => name === item)?.title ?? item} {inWords(code)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {hasFaultyRows ? <TakeFile label={say('faultyRows')} icon={<TableOutlined />} take={take} /> : null}
    </>
  );
}
