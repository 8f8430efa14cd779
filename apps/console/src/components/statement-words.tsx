import { routes, type ProposalView, type RowScope, type Statement } from '#contracts';
import { canonicalText } from '#crypto';
import { describeScope, statementFields } from '#rights';
import { Typography } from 'antd';
import { useRead } from '../lib/api';
import { defineWords, useLocale, usePick, useWords } from '../lib/words';
import './statement-words.css';

const words = defineWords('statement', {
  raw: { zh: '签名所覆盖的原文（规范 JSON）', en: 'The bytes that a signature covers (canonical JSON)' },
  exchange: { zh: '交换平台', en: 'the exchange' },
  values: { zh: '全部取值', en: 'all values' },
});

/** Lists that `describeScope` shortens, written out: nobody signs what was left out. */
function longLists(rows: RowScope): string[] {
  if (rows.op === 'and' || rows.op === 'or') return rows.of.flatMap(longLists);
  if (rows.op === 'not') return longLists(rows.of);
  return rows.op === 'in' && rows.values.length > 10 ? [`${rows.item}: ${rows.values.join(', ')}`] : [];
}

/**
 * A statement in words, field by field, made here from its own content: what a person reads before signing. Names of departments, datasets
 * and items come from the exchange, so the code stands beside each. The canonical text on demand.
 */
export function StatementWords({ statement, texts }: { readonly statement: Statement; readonly texts: ProposalView['texts'] }) {
  const say = useWords(words);
  const pick = usePick();
  const locale = useLocale();
  const id = 'dataset' in statement.body ? statement.body.dataset : undefined;
  const departments = useRead(routes.departments, {}, { staleTime: 300_000 });
  const dataset = useRead(routes.dataset, { params: { id: id ?? '' } }, { enabled: id !== undefined, staleTime: 60_000 });
  const names = new Map(departments.data?.items.map((one) => [one.code, one.name]));
  const items = (dataset.data?.entry.items ?? []).map((item) => ({ ...item, title: `${item.title}(${item.name})` }));
  const fields = statementFields(statement, {
    say: pick,
    texts,
    nameOf: (code) => (code === 'exchange' ? say('exchange') : code === id ? dataset.data?.entry.title : names.get(code)),
    scopeText: (rows) =>
      [describeScope(rows, items, locale), ...longLists(rows).map((list) => `${say('values')} ${list}`)].join('\n'),
  });
  return (
    <div className="statement">
      <dl>
        {fields.map(([label, value], i) => (
          // Labels repeat (two approvals); the order of fields does not change.
          // oxlint-disable-next-line react/no-array-index-key -- see above
          <div key={`${label}${i}`}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <details>
        <summary>{say('raw')}</summary>
        <Typography.Paragraph copyable={{ text: canonicalText(statement) }}>
          <code className="statement-raw">{canonicalText(statement)}</code>
        </Typography.Paragraph>
      </details>
    </div>
  );
}
