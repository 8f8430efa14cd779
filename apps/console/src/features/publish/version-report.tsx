import { itemTypeWords, routes, word, type QualityReport, type ReportedItem } from '#contracts';
import { Bar } from '../../components/bar';
import { Facts } from '../../components/facts';
import { Section } from '../../components/page';
import { Whole } from '../../components/whole';
import { useRead } from '../../lib/api';
import { count } from '../../lib/numbers';
import { useLocale, usePick, useWords } from '../../lib/words';
import { publishWords } from './words';

const lookAgainMs = 3000;

/** What the values of the latest version are like, and what changed in it; while it is being made the page looks again. */
export function VersionReport({ dataset, version }: { readonly dataset: string; readonly version: string }) {
  const say = useWords(publishWords);
  const pick = usePick();
  const sent = { params: { id: dataset, version } };
  const first = useRead(routes.versionReport, sent);
  const isMaking = first.data?.state === 'making';
  const reading = useRead(routes.versionReport, sent, { enabled: isMaking, refetchInterval: isMaking ? lookAgainMs : false });
  const view = reading.data ?? first.data;
  return (
    <Section title={say('report')}>
      <Whole reading={first}>
        {view?.state === 'making' ? <p role="status">{say('reportMaking')}</p> : null}
        {view?.problem ? (
          <p role="status">
            {say('reportFailed')} {pick(view.problem.title)}
          </p>
        ) : null}
        {view?.report ? <Shown report={view.report} /> : null}
      </Whole>
    </Section>
  );
}

function Shown({ report }: { readonly report: QualityReport }) {
  const say = useWords(publishWords);
  const locale = useLocale();
  const { rows, duplicates, changes, notCompared, items } = report;
  const counted = (value: number) => count(value, locale);
  return (
    <>
      <Facts
        of={[
          [say('rows'), counted(rows)],
          [say(duplicates.of === 'key' ? 'keysRepeat' : 'rowsRepeat'), counted(duplicates.count)],
          ...(changes
            ? ([
                [
                  say('sinceBefore', { number: changes.number }),
                  say('changesCounted', {
                    added: counted(changes.added),
                    changed: counted(changes.changed),
                    removed: counted(changes.removed),
                  }),
                ],
              ] as const)
            : []),
          ...(notCompared
            ? ([[say('notCompared'), say(notCompared === 'changes-no-key' ? 'noKey' : 'itemsDiffer')]] as const)
            : []),
        ]}
      />
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard */}
      <div className="faults-box report-box" role="region" aria-label={say('report')} tabIndex={0}>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{say('item')}</th>
              <th scope="col">{say('missingValues')}</th>
              <th scope="col">{say('distinct')}</th>
              <th scope="col">{say('range')}</th>
              <th scope="col">{say('outliers')}</th>
              {changes ? <th scope="col">{say('changedRows')}</th> : null}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <ItemRow key={item.name} item={item} rows={rows} hasChanges={changes !== undefined} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function ItemRow({
  item,
  rows,
  hasChanges,
}: {
  readonly item: ReportedItem;
  readonly rows: number;
  readonly hasChanges: boolean;
}) {
  const say = useWords(publishWords);
  const pick = usePick();
  const locale = useLocale();
  const { name, title, type, personal, missing, distinct, lengths, range, outliers, changed } = item;
  const places = outliers?.rows ?? [];
  return (
    <tr>
      <td>
        {title} <span className="quiet">{pick(word(itemTypeWords, type))}</span>
      </td>
      <td>
        <Share label={`${title}: ${say('missingValues')}`} part={missing} of={rows} />
      </td>
      <td>
        <Share label={`${title}: ${say('distinct')}`} part={distinct.count} of={rows} about={!distinct.exact} />
      </td>
      <td>
        {personal ? <span className="quiet">{say('personalHidden')}</span> : null}
        {range ? `${range.min} – ${range.max}` : null}
        {lengths ? say('characters', { shortest: lengths.shortest, longest: lengths.longest }) : null}
      </td>
      <td>
        {outliers ? count(outliers.count, locale) : null}
        {places.length > 0 ? <span className="quiet"> {say('atRows', { rows: places.join(', ') })}</span> : null}
      </td>
      {hasChanges ? (
        <td>
          <Share label={`${name}: ${say('changedRows')}`} part={changed ?? 0} of={rows} />
        </td>
      ) : null}
    </tr>
  );
}

function Share({
  label,
  part,
  of,
  about = false,
}: {
  readonly label: string;
  readonly part: number;
  readonly of: number;
  readonly about?: boolean;
}) {
  const locale = useLocale();
  return <Bar label={label} part={part} of={of} told={`${about ? '≈ ' : ''}${count(part, locale)}`} />;
}
