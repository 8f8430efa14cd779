import { shortId, type EntryView, type Item, type StateKind, type Statement } from '#contracts';
import { checkTextCommitment, CommitmentError } from '#crypto';
import { describeAsked, describeScope, describeStatement, describeTransformation, type StatementValue } from '#rights';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { count } from '../lib/numbers';
import { defineWords, useLocale, usePick, useWords } from '../lib/words';
import { Facts } from './facts';
import { Hash } from './hash';
import { Instant } from './instant';
import { issuerWords } from './issuer-name';
import './entry-view.css';

const words = defineWords('statement-fields', {
  hidden: { zh: '（账本中只有承诺值，原文未出示）', en: '(the ledger holds only its commitment; the text is not shown)' },
  wrong: { zh: '出示的原文与账本中的承诺值不符', en: 'The text shown is not the one that the ledger commits to' },
  quota: {
    zh: '{{pulls}} 次，共 {{rows}} 行，每日 {{perDay}} 次',
    en: '{{pulls}} pulls, {{rows}} rows in all, {{perDay}} pulls a day',
  },
  deleteBy: { zh: '{{day}} 前销毁', en: 'delete by {{day}}' },
  accountForUse: { zh: '记录使用情况', en: 'account for use' },
  none: { zh: '无', en: 'none' },
  personal: { zh: '个人信息', en: 'personal' },
  erased: { zh: '（姓名已删除）', en: '(name erased)' },
});

/** What is known of what a statement names: everything comes from the exchange, so codes stand beside names. */
export interface StatementNames {
  readonly departments: EntryView['departments'];
  readonly persons: EntryView['persons'];
  readonly dataset?: { readonly id: string; readonly title: string } | undefined;
  /** The dataset's items, for their titles. */
  readonly items?: readonly Item[] | undefined;
  readonly texts: EntryView['texts'];
  /** Where more stands about an object. */
  readonly pathOf?: (kind: StateKind | 'person', id: string) => string | undefined;
}

/** A statement's body in words, field by field, made in this browser from what was signed. */
export function StatementFields({ statement, names }: { readonly statement: Statement; readonly names: StatementNames }) {
  const pick = usePick();
  const fields = describeStatement(statement);
  return (
    <Facts of={fields.map(({ label, value }) => [pick(label), <Value key={label.en} value={value} names={names} />] as const)} />
  );
}

/** The name of what an id stands for, as a link where there is more about it. */
export function Named({
  kind,
  id,
  names,
}: {
  readonly kind: StateKind | 'person';
  readonly id: string;
  readonly names: StatementNames;
}) {
  const say = useWords(words);
  const sayIssuer = useWords(issuerWords);
  const person = names.persons.find((one) => one.id === id);
  // Who is no department and has keys all the same.
  const own = id === 'exchange' || id === 'log' ? id : undefined;
  const name = own
    ? sayIssuer(own)
    : kind === 'department'
      ? names.departments.find((one) => one.code === id)?.name
      : kind === 'person'
        ? person && (person.name || say('erased'))
        : kind === 'dataset' && id === names.dataset?.id
          ? names.dataset.title
          : undefined;
  const path = own ? undefined : names.pathOf?.(kind, id);
  return (
    <span className="named">
      {path ? <Link to={path}>{name || `…${shortId(id)}`}</Link> : name}
      {name && !own ? <span className="quiet"> {id.length > 18 ? `…${shortId(id)}` : id}</span> : null}
      {path || name ? null : <Hash of={id} shown={32} />}
    </span>
  );
}

function Value({ value, names }: { readonly value: StatementValue; readonly names: StatementNames }): ReactNode {
  const say = useWords(words);
  const pick = usePick();
  const locale = useLocale();
  const items = names.items ?? [];
  const titleOf = (name: string) => {
    const title = items.find((item) => item.name === name)?.title;
    return title ? `${title}（${name}）` : name;
  };
  switch (value.kind) {
    case 'text':
      return /^[0-9A-Za-z+/=]{40,}$/.test(value.text) ? <Hash of={value.text} shown={20} /> : titleOf(value.text);
    case 'digest':
      return <Hash of={value.text} shown={16} />;
    case 'words':
      return pick(value.words);
    case 'count':
      return count(value.count, locale);
    case 'instant':
      return <Instant at={value.at} show="second" />;
    case 'name':
      return <Named kind={value.of} id={value.id} names={names} />;
    case 'prose':
      return <Prose commitment={value.commitment} texts={names.texts} />;
    case 'list':
      return value.of.length === 0 ? (
        say('none')
      ) : (
        <span className="value-list">
          {value.of.map((one) => (
            <span key={JSON.stringify(one)}>
              <Value value={one} names={names} />
            </span>
          ))}
        </span>
      );
    case 'items':
      return (
        <ul className="value-items">
          {value.items.map((item) => (
            <li key={item.name}>
              {item.title} <code>{item.name}</code>{' '}
              <span className="quiet">
                {[
                  item.scale === undefined ? item.type : `${item.type}(${item.scale})`,
                  ...describeAsked(item).map((sentence) => sentence[locale]),
                  ...(item.personal ? [say('personal')] : []),
                  ...(item.mask ? [describeTransformation(item.mask, locale)] : []),
                ].join(' · ')}
              </span>
            </li>
          ))}
        </ul>
      );
    case 'masks':
      return value.masks.length === 0 ? (
        say('none')
      ) : (
        <ul className="value-items">
          {value.masks.map(({ item, transformation }) => (
            <li key={item}>
              {titleOf(item)} {describeTransformation(transformation, locale)}
            </li>
          ))}
        </ul>
      );
    case 'rows':
      return describeScope(value.rows, items, locale);
    case 'window':
      return (
        <>
          <Instant at={value.window.from} /> – <Instant at={value.window.until} />
        </>
      );
    case 'quota': {
      const { pulls, rows, pullsPerDay } = value.quota;
      return say('quota', { pulls: count(pulls, locale), rows: count(rows, locale), perDay: count(pullsPerDay, locale) });
    }
    case 'obligations': {
      const { deleteBy, accountForUse } = value.obligations;
      const parts = [...(deleteBy ? [say('deleteBy', { day: deleteBy })] : []), ...(accountForUse ? [say('accountForUse')] : [])];
      return parts.join(locale === 'zh' ? '，' : ', ') || say('none');
    }
  }
}

/** A text whose commitment stands in the ledger: shown only as that text if it is the one. */
function Prose({ commitment, texts }: { readonly commitment: string; readonly texts: EntryView['texts'] }) {
  const say = useWords(words);
  const known = texts[commitment];
  if (!known)
    return (
      <span className="quiet">
        {say('hidden')} <Hash of={commitment} />
      </span>
    );
  return isCommitted(commitment, known) ? (
    <span className="prose">{known.text}</span>
  ) : (
    <strong className="prose-wrong">
      {say('wrong')} <Hash of={commitment} />
    </strong>
  );
}

function isCommitted(commitment: string, { key, text }: { key: string; text: string }): boolean {
  try {
    checkTextCommitment(commitment, key, text);
    return true;
  } catch (error) {
    if (error instanceof CommitmentError) return false;
    throw error;
  }
}
