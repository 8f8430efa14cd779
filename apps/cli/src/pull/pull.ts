import {
  routes,
  newStatementId,
  shortId,
  type Compression,
  type Format,
  type RightView,
  type RowScope,
  type Statement,
} from '#contracts';
import { encodeCanonical } from '#crypto';
import { resolve } from 'node:path';
import type { Desk } from '../desk.js';
import { usage } from '../exits.js';
import { withLists, type NamedList } from '../publish/send-list.js';
import { checkNotRejected, untilSealed } from '../sign/outcome.js';
import { openKey, signProposal } from '../sign/sign-proposal.js';
import { trustedRoot } from '../sign/trust.js';
import { Pulls } from '../store/pulls.js';
import {
  checkSays,
  identitiesFor,
  keyFileOrStop,
  notAsAsked,
  receive,
  type Body,
  type PulledData,
  type ReceiveOptions,
} from './receive.js';
import { stillWaiting } from './wait.js';

/** What is pulled, and where to. */
export interface PullOrder extends ReceiveOptions {
  readonly right: RightView;
  readonly items: readonly string[];
  readonly rows: RowScope;
  /** Key lists that the rows must be on besides; sent with the pull. */
  readonly lists: readonly NamedList[];
  readonly format: Format;
  /** Has the file packed on its way; it is unpacked when it is opened. */
  readonly compression?: Compression;
  readonly version: string;
  /** An earlier delivery under the right: only what changed since. */
  readonly since?: string;
}

/**
 * One pull from beginning to end: ask, then receive what comes. Each step is remembered before the next, so a run that was cut short at
 * any point goes on from there and takes nothing twice. Throws Stop, Refusal, CallError.
 */
export async function pull(desk: Desk, order: PullOrder): Promise<PulledData> {
  const root = await trustedRoot(desk, order.trust);
  const identities = await identitiesFor(desk, order.identityFiles);
  const pulls = new Pulls(desk.folder, sameness(desk, order));
  const delivery = await ask(desk, order, pulls);
  return receive(desk, { ...order, delivery, right: order.right.id, dataset: order.right.dataset }, pulls, { root, identities });
}

/** Whether the same pull opened its delivery into this file before, so that the file belongs to it. */
export function isOpened(desk: Desk, order: PullOrder): boolean {
  return new Pulls(desk.folder, sameness(desk, order)).begun?.opened !== undefined;
}

function sameness(desk: Desk, { right, items, rows, lists, format, compression, version, since, output }: PullOrder) {
  return {
    server: desk.session.server,
    right: right.id,
    items: [...items],
    rows,
    // By what is in them: each time one is sent it gets another id.
    ...(lists.length > 0 ? { lists: lists.map(({ item, sha256 }) => ({ item, sha256 })) } : {}),
    format,
    ...(compression ? { compression } : {}),
    version,
    ...(since === undefined ? {} : { since }),
    output: resolve(output),
  } as Parameters<typeof encodeCanonical>[0];
}

async function ask(desk: Desk, order: PullOrder, pulls: Pulls): Promise<string> {
  const { right, items, format, compression, version, since, keyFile } = order;
  const begun = pulls.begun;
  const id = begun?.pull ?? newStatementId();
  if (begun)
    desk.out.note({ zh: `继续未完成的提取 ${shortId(id)}。`, en: `Going on with the pull ${shortId(id)} that was begun.` });
  const rows = begun?.rows ?? (await withLists(desk, right.dataset, order.lists, order.rows)) ?? order.rows;
  // Remembered before it is asked for: a crash in between costs an id, not a second delivery.
  if (!begun) pulls.keep({ pull: id, at: new Date().toISOString(), rows });
  desk.progress.begin({ zh: '请求提取', en: 'Asking for the data' });
  const besides = { ...(compression ? { compression } : {}), ...(since === undefined ? {} : { since }) };
  const body = { pull: id, items: [...items], rows, format, ...besides, version };
  const { delivery, proposal } = await desk.client.call(routes.pull, { params: { id: right.id }, body });
  const expected: Body<'pull.signed'> = {
    right: right.id,
    dataset: right.dataset,
    items: [...items],
    rows,
    format,
    ...besides,
    version,
    purpose: proposal.statement.type === 'pull.signed' ? proposal.statement.body.purpose : { basis: '', scenario: '' },
  };
  const expect = (statement: Statement) => {
    checkSays(statement, 'pull.signed', expected);
    if (statement.id !== id || delivery !== id) throw notAsAsked();
    checkPurpose(proposal.texts, expected.purpose, right.purpose);
  };
  expect(proposal.statement);
  let current = proposal;
  if (current.state === 'awaiting-signature') {
    desk.progress.finish();
    current = await signProposal(desk, current, await openKey(desk, keyFileOrStop(desk, current.statement, keyFile)), {
      yes: true,
      expect,
      ...(order.trust ? { trust: order.trust } : {}),
    });
  }
  current = await untilSealed(desk, current, order.timeoutMs);
  if (current.state === 'rejected' || current.state === 'returned') pulls.forget();
  checkNotRejected(current);
  if (current.state !== 'sealed') throw stillWaiting();
  return id;
}

function checkPurpose(
  texts: Readonly<Record<string, { text: string }>>,
  sealed: { basis: string; scenario: string },
  granted: RightView['purpose'],
): void {
  const says = (commitment: string, text: string) => texts[commitment]?.text === text;
  if (!says(sealed.basis, granted.basis) || !says(sealed.scenario, granted.scenario)) throw notAsAsked();
}

/** The format to pull: the one named, the one that the output's name tells if it was granted, or the first granted. */
export function formatFor(right: RightView, output: string, named: { format?: Format; excel?: boolean }): Format {
  const excel: Format = /\.xlsx$/i.test(output) ? 'xlsx' : 'csv-bom';
  const wanted = named.format ?? (named.excel ? excel : undefined);
  if (wanted) return wanted;
  const byName: [RegExp, readonly Format[]][] = [
    [/\.csv$/i, ['csv', 'csv-bom', 'csv-gb18030']],
    [/\.xlsx$/i, ['xlsx']],
    [/\.parquet$/i, ['parquet']],
    [/\.(jsonl|ndjson)$/i, ['jsonl']],
  ];
  const [, candidates] = byName.find(([pattern]) => pattern.test(output)) ?? [];
  const found = candidates ? candidates.find((format) => right.formats.includes(format)) : right.formats[0];
  if (found) return found;
  throw usage(
    `未授予该格式；已授予：${right.formats.join('、')}。`,
    `That format was not granted; granted: ${right.formats.join(', ')}.`,
  );
}
