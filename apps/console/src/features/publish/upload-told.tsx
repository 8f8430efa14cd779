import { detectedWords, routes, type UploadView, type Violations } from '#contracts';
import { TableOutlined } from '@ant-design/icons';
import { TakeFile } from '../../components/take-file';
import { client } from '../../lib/api';
import { saveBlob } from '../../lib/save';
import { count } from '../../lib/numbers';
import { useLocale, usePick, useWords } from '../../lib/words';
import { publishWords } from './words';

/** What the exchange found out of a file, each with its reason; and all that was wrong with its rows, counted, with the rows to fetch. */
export function UploadTold({ view, violations }: { readonly view: UploadView; readonly violations?: Violations | undefined }) {
  const say = useWords(publishWords);
  const pick = usePick();
  const locale = useLocale();
  const { detected = [], leftOut, hasFaultyRows = false, id } = view;
  const told = violations ?? leftOut;
  const take = async () => {
    const response = await client.open(routes.faultyRows, { params: { id } });
    saveBlob(`faulty-rows-${id.slice(0, 8)}.xlsx`, await response.blob());
  };
  return (
    <>
      {detected.length === 0 ? null : (
        <ul className="detected">
          {detected.map(({ what, value, why }) => (
            <li key={`${what} ${value}`}>
              {pick(detectedWords[what])}: <b>{value}</b> <span className="quiet">{pick(why)}</span>
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
                {count(times, locale)} × <code>{code}</code> {item}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {hasFaultyRows ? <TakeFile label={say('faultyRows')} icon={<TableOutlined />} take={take} /> : null}
    </>
  );
}
