import { routes, statementWords, type ProposalView, type RowScope, type Statement } from '#contracts';
import { canonicalText } from '#crypto';
import { Typography } from 'antd';
import { useRead } from '../lib/api';
import { defineWords, usePick, useWords } from '../lib/words';
import { Facts } from './facts';
import { Hash } from './hash';
import { Instant } from './instant';
import { Named, StatementFields, type StatementNames } from './statement-fields';
import './statement-words.css';

const words = defineWords('statement', {
  raw: { zh: '签名所覆盖的原文（规范 JSON）', en: 'The bytes that a signature covers (canonical JSON)' },
  what: { zh: '事项', en: 'Statement' },
  ledger: { zh: '账本', en: 'Ledger' },
  issuer: { zh: '签署部门', en: 'Issuer' },
  key: { zh: '签名密钥', en: 'Key' },
  id: { zh: '编号', en: 'Id' },
  at: { zh: '时间', en: 'At' },
  after: { zh: '承接', en: 'Follows' },
  approved: { zh: '审批', en: 'Approved' },
  values: { zh: '{{item}}的全部取值', en: 'All values of {{item}}' },
});

/** Lists that a sentence about a scope shortens, to be written out: nobody signs what was left out. */
function longLists(rows: RowScope): { item: string; values: readonly string[] }[] {
  if (rows.op === 'and' || rows.op === 'or') return rows.of.flatMap(longLists);
  if (rows.op === 'not') return longLists(rows.of);
  return rows.op === 'in' && rows.values.length > 10 ? [rows] : [];
}

function scopesIn({ body }: Statement): RowScope[] {
  if ('terms' in body) return [body.terms.rows];
  if ('asked' in body) return [body.asked.rows];
  return 'rows' in body && typeof body.rows === 'object' ? [body.rows] : [];
}

/**
 * A statement in words, field by field, made here from its own content: what a person reads before signing. Names of departments, people,
 * datasets and items come from the exchange, so the code stands beside each. The canonical text on demand.
 */
export function StatementWords({
  statement,
  texts,
  persons = [],
}: {
  readonly statement: Statement;
  readonly texts: ProposalView['texts'];
  /** People whose names are known. */
  readonly persons?: StatementNames['persons'];
}) {
  const say = useWords(words);
  const pick = usePick();
  const id = 'dataset' in statement.body ? statement.body.dataset : undefined;
  const departments = useRead(routes.departments, {}, { staleTime: 300_000 });
  const dataset = useRead(routes.dataset, { params: { id: id ?? '' } }, { enabled: id !== undefined, staleTime: 60_000 });
  const names: StatementNames = {
    departments: (departments.data?.items ?? []).map(({ code, name }) => ({ code, name })),
    persons,
    texts,
    dataset: dataset.data && { id: dataset.data.id, title: dataset.data.entry.title },
    items: dataset.data?.entry.items,
  };
  return (
    <div className="statement">
      <Facts
        of={[
          [say('what'), `${pick(statementWords[statement.type])} (${statement.type})`],
          [say('issuer'), <Named key="issuer" kind="department" id={statement.issuer} names={names} />],
          ...(statement.approvals ?? []).map(
            (one) =>
              [
                say('approved'),
                <span key={one.person}>
                  <Named kind="person" id={one.person} names={names} /> · <Instant at={one.at} />
                </span>,
              ] as const,
          ),
        ]}
      />
      <StatementFields statement={statement} names={names} />
      <Facts
        of={scopesIn(statement)
          .flatMap(longLists)
          .map(({ item, values }) => [say('values', { item }), values.join('、')] as const)}
      />
      <Facts
        of={[
          [say('ledger'), statement.origin],
          [say('key'), <Hash key="key" of={statement.keyId} shown={12} />],
          [say('id'), <Hash key="id" of={statement.id} shown={32} />],
          [say('at'), <Instant key="at" at={statement.at} show="second" />],
          [say('after'), statement.after === undefined ? undefined : <Hash key="after" of={statement.after} shown={32} />],
        ]}
      />
      <details>
        <summary>{say('raw')}</summary>
        <Typography.Paragraph copyable={{ text: canonicalText(statement) }}>
          <code className="statement-raw">{canonicalText(statement)}</code>
        </Typography.Paragraph>
      </details>
    </div>
  );
}
