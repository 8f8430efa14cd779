// What fast-check makes: scopes, rows, transformations, terms. For tests only.
import fc from 'fast-check';
import type { Item, RightTerms, RowScope, Transformation } from '#contracts';
import { departmentOf, hexOf, idOf } from './sample-share.js';

/** Objects as JSON.parse makes them. */
const plain = { noNullPrototype: true } as const;

/** Items of every kind of value, with few values each, so that scopes and rows meet often. */
export const variedItems: Item[] = (
  [
    ['text', 'C'],
    ['number', 'I'],
    ['amount', 'N'],
    ['ratio', 'B'],
    ['day', 'D'],
    ['time', 'T'],
    ['flag', 'L'],
  ] as const
).map(([name, type]) => ({
  name,
  title: name,
  type,
  required: false,
  personal: false,
  ...(type === 'N' ? { scale: 1 } : {}),
}));

const valuesByItem: Record<string, readonly string[]> = {
  text: ['a', 'ab', 'abc', 'b', 'ba', '～', '\u{20000}', '\u{20000}a', '\ud7ff', '\ue000'],
  number: ['-1', '0', '1', '2', '3', '10'],
  amount: ['-0.1', '0', '0.1', '0.2', '1', '10.0'],
  ratio: ['-1', '0', '0.5', '1e0', '2.5'],
  day: ['2024-02-28', '2024-02-29', '2024-03-01', '2025-01-01'],
  time: ['2024-02-28T23:59', '2024-02-29 00:00', '2024-02-29T00:00:00.000001', '2024-02-28T16:00Z'],
  flag: ['true', 'false', '1', '0'],
};

const itemName = fc.constantFrom(...Object.keys(valuesByItem));
const valueOf = (name: string) => fc.constantFrom(...(valuesByItem[name] ?? ['']));

/** Key lists that scopes name, with what is on them. */
export const keysByList: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(valuesByItem).flatMap(([item, values]) => [
    [idOf(`list ${item}`), values.slice(0, 2)] as const,
    [idOf(`other list ${item}`), values.slice(1)] as const,
  ]),
);
const listOf = (item: string): fc.Arbitrary<RowScope> =>
  fc.constantFrom(`list ${item}`, `other list ${item}`).map((name) => {
    const list = idOf(name);
    return { op: 'key-list', item, list, commitment: hexOf(name), count: keysByList.get(list)?.length ?? 0 };
  });

const atom: fc.Arbitrary<RowScope> = itemName.chain((item) =>
  fc.oneof(
    listOf(item),
    valueOf(item).map((value): RowScope => ({ op: '=', item, value })),
    fc.array(valueOf(item), { minLength: 1, maxLength: 4 }).map((values): RowScope => ({ op: 'in', item, values })),
    fc.tuple(valueOf(item), valueOf(item)).map(([low, high]): RowScope => ({ op: 'between', item, low, high })),
    ...(item === 'text'
      ? [fc.constantFrom('a', 'ab', '\u{20000}', '\ud7ff').map((value): RowScope => ({ op: 'prefix', item, value }))]
      : []),
  ),
);

export const rowScope: fc.Arbitrary<RowScope> = fc.letrec<{ scope: RowScope }>((tie) => ({
  scope: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof({ weight: 1, arbitrary: fc.constant<RowScope>({ op: 'all' }) }, { weight: 8, arbitrary: atom }),
    fc.array(tie('scope'), { minLength: 1, maxLength: 3 }).map((of): RowScope => ({ op: 'and', of })),
    fc.array(tie('scope'), { minLength: 1, maxLength: 3 }).map((of): RowScope => ({ op: 'or', of })),
    tie('scope').map((of): RowScope => ({ op: 'not', of })),
  ),
})).scope;

/** A row whose values are among those that scopes name, or missing. */
export const rowRecord: fc.Arbitrary<Record<string, string | undefined>> = fc.record(
  Object.fromEntries(
    Object.entries(valuesByItem).map(([name, values]) => [name, fc.option(fc.constantFrom(...values), { nil: undefined })]),
  ),
);

export const transformation: fc.Arbitrary<Transformation> = fc.oneof(
  fc.record({ kind: fc.constant('keep' as const), first: fc.nat(4), last: fc.nat(4) }, plain),
  fc.constant<Transformation>({ kind: 'year' }),
  fc.record({ kind: fc.constant('prefix' as const), length: fc.integer({ min: 1, max: 5 }) }, plain),
  fc.record({ kind: fc.constant('band' as const), width: fc.constantFrom(1, 2, 3, 5, 6, 10, 1000) }, plain),
  fc.constant<Transformation>({ kind: 'pseudonym' }),
);

const id = fc.nat(50).map((n) => idOf(`id ${n}`));
const hex = fc.nat(50).map((n) => hexOf(`hex ${n}`));
const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const someName = fc.constantFrom('code', 'area', '坐落', '权利人', 'a.b-c', '_x1', '𠀀名');

export const rightTerms: fc.Arbitrary<RightTerms> = fc.record(
  {
    dataset: id,
    version: fc.oneof(fc.constant('latest' as const), id),
    grantor: fc.nat(9).map(departmentOf),
    grantee: fc.nat(9).map(departmentOf),
    purpose: fc.record({ basis: hex, scenario: hex }, plain),
    items: fc.uniqueArray(someName, { minLength: 1 }),
    rows: rowScope,
    transformations: fc.array(fc.record({ item: someName, transformation }, plain), { maxLength: 4 }),
    method: fc.constantFrom('file', 'query', 'table'),
    formats: fc.array(fc.constantFrom('csv', 'csv-bom', 'csv-gb18030', 'xlsx', 'parquet', 'jsonl'), {
      minLength: 1,
      maxLength: 4,
    }),
    window: fc.record({ from: instant, until: instant }, plain),
    quota: fc.record(
      {
        pulls: fc.integer({ min: 1, max: 1_000_000 }),
        rows: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        pullsPerDay: fc.integer({ min: 1, max: 100_000 }),
      },
      plain,
    ),
    obligations: fc.record(
      { accountForUse: fc.boolean(), deleteBy: instant.map((at) => at.slice(0, 10)) },
      { requiredKeys: ['accountForUse'], ...plain },
    ),
  },
  plain,
);
