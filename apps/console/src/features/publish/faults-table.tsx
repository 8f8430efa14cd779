import type { Item, Problem } from '#contracts';
import { Button } from 'antd';
import { copyText } from '../../lib/clipboard';
import { message } from '../../lib/message';
import { count } from '../../lib/numbers';
import { saveText } from '../../lib/save';
import { useLocale, usePick, useWords } from '../../lib/words';
import { publishWords } from './words';

const shownMax = 200;

/** What is wrong with a file, place by place; to be copied or taken along as a CSV. The values themselves are not in it. */
export function FaultsTable({
  faults,
  isCut,
  items,
  fileName,
}: {
  readonly faults: readonly Problem[];
  readonly isCut: boolean;
  readonly items: readonly Item[];
  readonly fileName: string;
}) {
  const say = useWords(publishWords);
  const pick = usePick();
  const locale = useLocale();
  const titleOf = new Map(items.map(({ name, title }) => [name, title]));
  const rows = faults.map((fault) => {
    const name = typeof fault.details?.['item'] === 'string' ? fault.details['item'] : '';
    return {
      line: fault.at?.line,
      column: fault.at?.column,
      item: name === '' ? '' : name === titleOf.get(name) ? name : `${titleOf.get(name) ?? ''} ${name}`.trim(),
      reason: pick(fault.title),
    };
  });
  const header = [say('line'), say('col'), say('item'), say('reason')];
  const cells = rows.map((row) => [row.line ?? '', row.column ?? '', row.item, row.reason].map(String));
  const copy = async () => {
    if (await copyText([header, ...cells].map((row) => row.join('\t')).join('\n'))) message.success(say('copied'));
    else save();
  };
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const save = () =>
    saveText(
      `${fileName.replace(/\.csv$/i, '')}-faults.csv`,
      'text/csv',
      `\ufeff${[header, ...cells].map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`,
    );
  return (
    <div className="faults">
      <div className="faults-head">
        <b>{say('faults', { count: faults.length })}</b>
        {isCut || rows.length > shownMax ? (
          <span className="quiet">{say('faultsCut', { count: count(Math.min(rows.length, shownMax), locale) })}</span>
        ) : null}
        <Button size="small" onClick={() => void copy()}>
          {say('copy')}
        </Button>
        <Button size="small" onClick={save}>
          {say('downloadCsv')}
        </Button>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard */}
      <div className="faults-box" role="region" aria-label={say('faults', { count: faults.length })} tabIndex={0}>
        <table className="plain-table">
          <thead>
            <tr>
              {header.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shownMax).map((row, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- faults have no other name, and the list is never reordered
              <tr key={i}>
                <td className="number">{row.line === undefined ? '' : count(row.line, locale)}</td>
                <td className="number">{row.column ?? ''}</td>
                <td>{row.item}</td>
                <td>{row.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {/* What else a sheet holds is no fault of its rows: the sentence above says what to do. */}
      {faults.every(({ code }) => code.startsWith('found-')) ? null : <p className="quiet">{say('faultsHint')}</p>}
    </div>
  );
}
