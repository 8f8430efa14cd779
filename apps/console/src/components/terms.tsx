import { deliveryFormatWords, shortId, type Format, type Item, type RightTerms, type RowScope } from '#contracts';
import { count } from '../lib/numbers';
import { firstDay, lastDay } from '../lib/window';
import { defineWords, useLocale, usePick, useWords } from '../lib/words';
import { Facts } from './facts';
import { ItemTable } from './item-table';
import { ScopeWords } from './scope-words';

export const termsWords = defineWords('terms', {
  basis: { zh: '使用依据', en: 'Legal basis' },
  scenario: { zh: '使用场景', en: 'Scenario' },
  erased: { zh: '（未公开）', en: '(not disclosed)' },
  rows: { zh: '数据行', en: 'Rows' },
  version: { zh: '数据版本', en: 'Version' },
  latest: { zh: '每次提取时的最新版本', en: 'The latest at each pull' },
  method: { zh: '共享方式', en: 'Method' },
  file: { zh: '文件', en: 'Files' },
  query: { zh: '查询', en: 'Query' },
  table: { zh: '库表', en: 'Table' },
  formats: { zh: '格式', en: 'Formats' },
  window: { zh: '使用时限', en: 'Term' },
  days: { zh: '{{first}} 至 {{last}}', en: '{{first}} to {{last}}' },
  quota: { zh: '用量', en: 'Quota' },
  quotaOf: {
    zh: '最多提取 {{pulls}} 次，每日 {{perDay}} 次，共 {{rows}} 行',
    en: 'At most {{pulls}} pulls, {{perDay}} a day, {{rows}} rows in all',
  },
  obligations: { zh: '义务', en: 'Obligations' },
  passOn: { zh: '不得超出用途，不得向第三方提供', en: 'Not for another purpose, not passed on' },
  accountForUse: { zh: '须记录使用情况', en: 'its use is accounted for' },
  deleteBy: { zh: '须于 {{date}} 前销毁', en: 'deleted by {{date}}' },
});

/** Says the name of a format in which data leaves. */
export function useFormatName(): (format: Format) => string {
  const pick = usePick();
  return (format) => pick(deliveryFormatWords[format] ?? { zh: format, en: format });
}

/** What is asked for or granted: that of a request's `asked` or of a right's view. */
export interface TermsShown {
  readonly purpose?: { readonly basis: string; readonly scenario: string };
  readonly items: readonly string[];
  readonly rows: RowScope;
  /** A right's own masks; left out, the entry's defaults are shown. */
  readonly transformations?: RightTerms['transformations'];
  readonly version?: string;
  readonly method: RightTerms['method'];
  readonly formats: readonly Format[];
  readonly window: RightTerms['window'];
  readonly quota: RightTerms['quota'];
  readonly obligations?: RightTerms['obligations'];
}

/** Terms in full: purpose, rows, method, formats, term, quota, obligations, and each item with what is done to it. `items` are the entry's. */
export function Terms({ of, items }: { readonly of: TermsShown; readonly items: readonly Item[] }) {
  const say = useWords(termsWords);
  const formatName = useFormatName();
  const locale = useLocale();
  const byName = new Map(items.map((item) => [item.name, item]));
  const separator = locale === 'zh' ? '、' : ', ';
  const { quota, obligations } = of;
  return (
    <>
      <Facts
        of={[
          ...(of.purpose
            ? ([
                [say('basis'), of.purpose.basis || say('erased')],
                [say('scenario'), of.purpose.scenario || say('erased')],
              ] as const)
            : []),
          [say('rows'), <ScopeWords key="rows" rows={of.rows} items={items} />],
          [say('window'), say('days', { first: firstDay(of.window), last: lastDay(of.window) })],
          [
            say('quota'),
            say('quotaOf', {
              pulls: count(quota.pulls, locale),
              perDay: count(quota.pullsPerDay, locale),
              rows: count(quota.rows, locale),
            }),
          ],
          [say('method'), `${say(of.method)} · ${of.formats.map(formatName).join(separator)}`],
          [
            say('version'),
            of.version === undefined ? undefined : of.version === 'latest' ? (
              say('latest')
            ) : (
              <code key="version">{shortId(of.version)}</code>
            ),
          ],
          [
            say('obligations'),
            obligations === undefined
              ? undefined
              : [
                  say('passOn'),
                  ...(obligations.accountForUse ? [say('accountForUse')] : []),
                  ...(obligations.deleteBy === undefined ? [] : [say('deleteBy', { date: obligations.deleteBy })]),
                ].join(locale === 'zh' ? '，' : ', '),
          ],
        ]}
      />
      <ItemTable
        items={of.items.map((name) => byName.get(name) ?? { name, title: name, type: 'C', required: false, personal: false })}
        transformations={of.transformations}
      />
    </>
  );
}
