import { routes, type EntryView as Entry } from '#contracts';
import { canonicalText } from '#crypto';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useRead } from '../lib/api';
import { defineWords, usePick, useWords } from '../lib/words';
import './entry-view.css';
import { Facts } from './facts';
import { Hash } from './hash';
import { Instant } from './instant';
import { Named, StatementFields, type StatementNames } from './statement-fields';

const words = defineWords('entry-view', {
  signedBy: { zh: '签署方', en: 'Signed by' },
  sealed: { zh: '存证时间', en: 'Sealed' },
  said: { zh: '签署时间', en: 'Said' },
  approved: { zh: '审批', en: 'Approved' },
  dataset: { zh: '政务数据资源', en: 'Dataset' },
  id: { zh: '签署记录编号', en: 'Statement id' },
  follows: { zh: '承接', en: 'Follows' },
  type: { zh: '记录类型', en: 'Type' },
  origin: { zh: '账本', en: 'Ledger' },
  content: { zh: '签署内容', en: 'What was signed' },
  evidence: { zh: '存证依据', en: 'Evidence' },
  leafHash: { zh: '叶哈希', en: 'Leaf hash' },
  signature: { zh: '签名', en: 'Signature' },
  key: { zh: '密钥', en: 'Key' },
  raw: { zh: '签署记录原文（规范 JSON）', en: 'The statement’s canonical JSON' },
  rawEntry: { zh: '存证记录原文（规范 JSON，即计算叶哈希的字节）', en: 'The entry’s canonical JSON (the bytes that are hashed)' },
  download: { zh: '下载原文字节', en: 'Download the exact bytes' },
  officeHead: { zh: '共享工作机构负责人', en: 'office head' },
});

/** One sealed entry in full, decoded for people from its own content. */
export function EntryView({
  entry,
  pathOf,
  bytes,
  children,
}: {
  readonly entry: Entry;
  readonly pathOf?: StatementNames['pathOf'];
  /** The entry's exact bytes, where they are at hand. */
  readonly bytes?: Uint8Array<ArrayBuffer> | undefined;
  /** What stands between what was signed and its evidence. */
  readonly children?: ReactNode;
}) {
  const say = useWords(words);
  const pick = usePick();
  const { statement } = entry;
  const dataset = useRead(
    routes.dataset,
    { params: { id: entry.dataset?.id ?? '' } },
    { enabled: entry.dataset !== undefined, staleTime: 300_000 },
  );
  const names: StatementNames = {
    departments: entry.departments,
    persons: entry.persons,
    dataset: entry.dataset,
    items: dataset.data?.entry.items,
    texts: entry.texts,
    ...(pathOf ? { pathOf } : {}),
  };
  const raw = bytes ? new TextDecoder().decode(bytes) : canonicalText(statement);
  return (
    <>
      <section className="section" aria-label={pick(entry.sentence)}>
        <Facts
          of={[
            [say('signedBy'), <Named key="by" kind="department" id={entry.issuer} names={names} />],
            [say('sealed'), <Instant key="sealed" at={entry.sealedAt} show="second" />],
            [say('said'), <Instant key="said" at={statement.at} show="second" />],
            ...(statement.approvals ?? []).map(
              (one) =>
                [
                  say('approved'),
                  <span key={one.person}>
                    <Named kind="person" id={one.person} names={names} /> · {say('officeHead')} ·{' '}
                    <Named kind="department" id={one.office} names={names} /> · <Instant at={one.at} show="second" />
                  </span>,
                ] as const,
            ),
            [
              say('dataset'),
              entry.dataset ? <Named key="dataset" kind="dataset" id={entry.dataset.id} names={names} /> : undefined,
            ],
            [say('id'), <Hash key="id" of={statement.id} shown={32} />],
            [say('follows'), statement.after ? <Hash key="after" of={statement.after} shown={32} /> : undefined],
            [say('type'), <code key="type">{entry.type}</code>],
            [say('origin'), statement.origin],
          ]}
        />
        <h2 className="entry-part">{say('content')}</h2>
        <StatementFields statement={statement} names={names} />
      </section>
      {children}
      <section className="section entry-evidence" aria-label={say('evidence')}>
        <h2>{say('evidence')}</h2>
        <Facts of={[[say('leafHash'), <Hash key="leaf" of={entry.leafHash} shown={64} />]]} />
        <ul className="signatures">
          {entry.signatures.map((one) => (
            <li key={one.keyId}>
              {say('signature')} <Hash of={one.signature} shown={24} /> ·{' '}
              <Named kind="department" id={one.issuer} names={names} /> · {say('key')} <Hash of={one.keyId} shown={12} />
            </li>
          ))}
        </ul>
        <details className="entry-raw">
          <summary>{say(bytes ? 'rawEntry' : 'raw')}</summary>
          <pre>{raw}</pre>
          {bytes ? (
            <Button size="small" onClick={() => save(bytes, `entry-${entry.index}.json`)}>
              {say('download')}
            </Button>
          ) : null}
        </details>
      </section>
    </>
  );
}

function save(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type: 'application/json' }));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
