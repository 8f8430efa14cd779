import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateAgeIdentity, randomId } from '#crypto';
import { itemSchema, type Item, type RightTerms, type RowScope } from '#contracts';
import { runIngest, type IngestedVersion, type PayloadPlace, type StoredVersion } from '#delivery';
import { runCommand } from './command.js';

// A register of people that nobody is in: ten columns of the kinds that departments share, about 130 bytes a row.

const item = (name: string, type: Item['type'], more: Partial<Item> = {}): Item =>
  itemSchema.parse({ name, title: name, type, required: false, personal: false, ...more });

export const peopleItems: readonly Item[] = [
  item('person', 'C', { required: true }),
  item('idNumber', 'C'),
  item('name', 'C'),
  item('phone', 'C'),
  item('born', 'D'),
  item('district', 'C'),
  item('address', 'C'),
  item('income', 'Y', { scale: 2 }),
  item('visits', 'I'),
  item('updated', 'T'),
];

/** How each column is made of the row's number. */
const columns = `
  printf('%012d', i * 7919 % 1000000000000) AS person,
  printf('%06d%s%03d%d', 420100 + i % 10, strftime(DATE '1940-01-01' + CAST(hash(i) % 25000 AS INTEGER), '%Y%m%d'), i % 1000, i % 10) AS idNumber,
  substr('赵钱孙李周吴郑王冯陈', CAST(1 + hash(i, 1) % 10 AS INTEGER), 1) || substr('伟芳娜敏静丽强磊军洋', CAST(1 + hash(i, 2) % 10 AS INTEGER), 1)
    || CASE WHEN i % 3 = 0 THEN '' ELSE substr('一二三四五六七八九十', CAST(1 + hash(i, 3) % 10 AS INTEGER), 1) END AS name,
  printf('13%09d', hash(i, 4) % 1000000000) AS phone,
  CAST(DATE '1940-01-01' + CAST(hash(i) % 25000 AS INTEGER) AS VARCHAR) AS born,
  CAST(420100 + i % 10 AS VARCHAR) AS district,
  printf('江汉路%d号%d单元', hash(i, 5) % 2000, hash(i, 6) % 40) AS address,
  printf('%d.%02d', hash(i, 7) % 1000000, hash(i, 8) % 100) AS income,
  hash(i, 9) % 500 AS visits,
  strftime(TIMESTAMP '2020-01-01 00:00:00' + to_seconds(CAST(hash(i, 10) % 150000000 AS BIGINT)), '%Y-%m-%dT%H:%M:%S') AS updated`;

/** The types under which DuckDB reads the file. */
export const peopleTypes = `{'person': 'VARCHAR', 'idNumber': 'VARCHAR', 'name': 'VARCHAR', 'phone': 'VARCHAR', 'born': 'DATE',
  'district': 'VARCHAR', 'address': 'VARCHAR', 'income': 'DECIMAL(38,2)', 'visits': 'BIGINT', 'updated': 'TIMESTAMP'}`;

const alone = fileURLToPath(new URL('./duckdb-alone.js', import.meta.url));

/** As after a day: one row in a hundred has another number of visits, the first thousandth left, and as many came. */
const columnsLater = columns.replace('hash(i, 9) % 500 AS', 'CASE WHEN i % 100 = 0 THEN 500 ELSE hash(i, 9) % 500 END AS');

/** Writes the register as a CSV file, with a header; in a process of its own, whose memory is nobody's. `later`: with 1 % of changes. */
export async function writePeople(path: string, rows: number, later = false): Promise<void> {
  const moved = later ? Math.floor(rows / 1000) : 0;
  const made = `SELECT ${later ? columnsLater : columns} FROM range(${moved}, ${rows + moved}) AS made(i)`;
  const sql = `COPY (${made}) TO '${path}' (FORMAT csv, HEADER true)`;
  await runCommand(process.execPath, [alone, sql, '2', '512MiB']);
}

/** Four rows in ten, eight columns of ten; number, name and phone masked, the person a pseudonym. */
export const narrowed: {
  readonly items: readonly string[];
  readonly rows: RowScope;
  readonly transformations: RightTerms['transformations'];
} = {
  items: ['person', 'idNumber', 'name', 'phone', 'born', 'district', 'income', 'visits'],
  rows: { op: 'in', item: 'district', values: ['420100', '420101', '420102', '420103'] },
  transformations: [
    { item: 'person', transformation: { kind: 'pseudonym' } },
    { item: 'idNumber', transformation: { kind: 'keep', first: 6, last: 4 } },
    { item: 'name', transformation: { kind: 'keep', first: 1, last: 0 } },
    { item: 'phone', transformation: { kind: 'keep', first: 3, last: 4 } },
  ],
};

/** Takes a file of the register in, as a publishing does. */
export async function ingestPeople(
  path: string,
  store: PayloadPlace,
  memoryFolder: string,
  items = peopleItems,
): Promise<{ ingested: IngestedVersion; version: StoredVersion }> {
  const { identity, recipient } = await generateAgeIdentity();
  const job = { store, memoryFolder, items, recipient, partsPrefix: randomId() };
  const ingested = await runIngest(job, createReadStream(path, { highWaterMark: 256 * 1024 }));
  return { ingested, version: { parts: ingested.parts, identity, items } };
}
