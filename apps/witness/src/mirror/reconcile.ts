import type { States } from '#contracts';
import type { LedgerWalk, TrustRoot } from '#ledger';
import type { MirrorCopy } from './copy.js';
import { walkCopy } from './walk-copy.js';

/** What went from one department to another, by the ledger alone. */
export interface Account {
  readonly provider: string;
  readonly recipient: string;
  rights: number;
  pulls: number;
  decided: number;
  refused: number;
  prepared: number;
  /** Deliveries of which any byte was handed over. */
  served: number;
  /** Rows of the deliveries served. */
  rows: number;
  servedBytes: number;
  receipts: number;
}

/** A receipt that does not say what was sealed of its delivery. */
export interface DifferingReceipt {
  readonly delivery: string;
  readonly index: number;
  readonly field: 'rows' | 'ciphertextSha256' | 'plaintextHmac';
}

export interface Reconciled {
  readonly origin: string;
  readonly size: number;
  readonly sealedAt: string;
  /** Names by department code. */
  readonly names: Readonly<Record<string, string>>;
  readonly accounts: readonly Account[];
  /** Deliveries served of which no receipt is sealed. */
  readonly withoutReceipt: readonly {
    delivery: string;
    provider: string;
    recipient: string;
    rows: number;
    servedBytes: number;
  }[];
  readonly differing: readonly DifferingReceipt[];
}

const compared = ['rows', 'ciphertextSha256', 'plaintextHmac'] as const;

/**
 * Counts what providers gave and what recipients say that they received, out of a mirror and nothing else: both sides count the same way,
 * without asking the exchange. Throws Stop `file` when the copy is damaged.
 */
export async function reconcile(copy: MirrorCopy, root: TrustRoot): Promise<Reconciled> {
  const differing: DifferingReceipt[] = [];
  const { walk } = await walkCopy(copy, root, ({ entry: { index, statement } }, _bytes, { states }) => {
    if (statement.type !== 'receipt.signed') return;
    const { body } = statement;
    const prepared = states.get('delivery', body.delivery)?.state.prepared;
    const field = compared.find((name) => body[name] !== prepared?.[name]);
    if (field) differing.push({ delivery: body.delivery, index, field });
  });
  return { ...countIn(walk), origin: root.origin, differing };
}

function countIn(walk: LedgerWalk): Omit<Reconciled, 'origin' | 'differing'> {
  const accounts = new Map<string, Account>();
  const of = (provider: string, recipient: string): Account => {
    const key = `${provider} ${recipient}`;
    const known = accounts.get(key);
    if (known) return known;
    const made = {
      provider,
      recipient,
      rights: 0,
      pulls: 0,
      decided: 0,
      refused: 0,
      prepared: 0,
      served: 0,
      rows: 0,
      servedBytes: 0,
      receipts: 0,
    };
    accounts.set(key, made);
    return made;
  };
  for (const { state } of walk.states.all('right').values()) of(state.terms.grantor, state.terms.grantee).rights++;
  const withoutReceipt: Reconciled['withoutReceipt'][number][] = [];
  for (const [delivery, { state }] of walk.states.all('delivery')) {
    count(of(state.grantor, state.grantee), state);
    if (state.servedBytes > 0 && state.receivedAt === undefined) {
      const { grantor: provider, grantee: recipient, servedBytes } = state;
      withoutReceipt.push({ delivery, provider, recipient, rows: state.prepared?.rows ?? 0, servedBytes });
    }
  }
  const names = Object.fromEntries([...walk.states.all('department')].map(([code, { state }]) => [code, state.name]));
  const sorted = [...accounts.values()].toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return { size: walk.size, sealedAt: walk.sealedAt, names, accounts: sorted, withoutReceipt };
}

function count(account: Account, { state, decided, prepared, servedBytes, receivedAt }: States['delivery']): void {
  account.pulls++;
  if (decided) account.decided++;
  if (state === 'refused') account.refused++;
  if (prepared) account.prepared++;
  if (servedBytes > 0) {
    account.served++;
    account.rows += prepared?.rows ?? 0;
    account.servedBytes += servedBytes;
  }
  if (receivedAt !== undefined) account.receipts++;
}

const key = ({ provider, recipient }: Account): string => `${provider} ${recipient}`;

const titles = [
  '提供部门 provider',
  '接收部门 recipient',
  '使用权 rights',
  '提取 pulls',
  '同意 decided',
  '拒绝 refused',
  '备妥 prepared',
  '下载 served',
  '行 rows',
  '字节 bytes',
  '回执 receipts',
];

/** The same for people, in both languages, its columns divided by tabs. */
export function* reconciledLines({
  origin,
  size,
  sealedAt,
  names,
  accounts,
  withoutReceipt,
  differing,
}: Reconciled): Generator<string> {
  yield `${origin}：${size} 条，截至 ${sealedAt}。 ${origin}: ${size} entries, up to ${sealedAt}.`;
  yield titles.join('\t');
  const named = (code: string) => (names[code] === undefined ? code : `${code} ${names[code]}`);
  for (const one of accounts) {
    const { rights, pulls, decided, refused, prepared, served, rows, servedBytes, receipts } = one;
    const counts = [rights, pulls, decided, refused, prepared, served, rows, servedBytes, receipts];
    yield [named(one.provider), named(one.recipient), ...counts].join('\t');
  }
  yield `已下载而无回执 ${withoutReceipt.length} 件。 Served without a receipt: ${withoutReceipt.length}.`;
  for (const { delivery, provider, recipient, rows } of withoutReceipt)
    yield [delivery, named(provider), named(recipient), rows].join('\t');
  yield `回执与所存不符 ${differing.length} 件。 Receipts that differ from what was sealed: ${differing.length}.`;
  for (const { delivery, index, field } of differing) yield [delivery, index, field].join('\t');
}
