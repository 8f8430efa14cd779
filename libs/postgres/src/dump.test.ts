import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { before, test } from 'node:test';
import { migratedDatabase, freshDatabase, type TestDatabase } from '#testing';
import { DumpFault, findUse, loadDump, type Dump } from './dump-load.js';
import { nameOf, NoExchange, readSnapshot } from './dump.js';
import { withClient } from './roles.js';

const id = () => randomBytes(16).toString('hex');
const { signal } = new AbortController();
const text = 'tab\there, line\nfeed, back\\slash, quote\' "and" 权链 \\N';

let source: TestDatabase;
const [person, delivery, winner, loser] = [id(), id(), id(), id()];
before(async () => {
  source = await migratedDatabase('dump');
  await withClient(source.url, async (client) => {
    const leaf = createHash('sha256').update('entry').digest();
    await client.query(
      `INSERT INTO ledger.ledger_entry (index, statement_id, leaf_hash, sealed_at, type, issuer, subject, departments, bytes)
       VALUES (0, $1, $2, '2026-03-04T05:06:07.089Z', 'ledger.opened', 'exchange', 's', '{"a","b,c"}', $3)`,
      [id(), leaf, Buffer.from([0, 255, 10, 92])],
    );
    await client.query("UPDATE ledger.ledger_head SET size = 1, head_leaf_hash = $1, epoch = 41, lease_holder = 'old sealer'", [
      leaf.toString('hex'),
    ]);
    await client.query('INSERT INTO projection.department (id, state, changed_at) VALUES ($1, $2, 0)', [
      'd',
      { name: text, list: [1, { a: null }] },
    ]);
    await client.query("INSERT INTO office.person (id, login, name, password_hash) VALUES ($1, 'login', $2, 'hash')", [
      person,
      text,
    ]);
    await client.query(
      "INSERT INTO office.credential (id, person, kind, label, secret_hash, created_at, expires_at) VALUES ($1, $2, 'token', 'l', $3, now(), now())",
      [id(), person, leaf.toString('hex')],
    );
    for (const seq of [7, 9])
      await client.query(
        `INSERT INTO office.notice (id, seq, at, kind, sentence, department) OVERRIDING SYSTEM VALUE VALUES ($1, $2, now(), 'k', '{}', $3)`,
        [id(), seq, String(seq)],
      );
    await client.query('INSERT INTO projection.delivery (id, state, changed_at) VALUES ($1, $2, 0)', [
      delivery,
      { state: 'prepared', prepared: { attempt: winner, sizeBytes: 5, ciphertextSha256: leaf.toString('hex') } },
    ]);
    for (const attempt of [winner, loser])
      await client.query('INSERT INTO office.delivery_attempt (id, delivery, object_name, at) VALUES ($1, $2, $3, now())', [
        attempt,
        delivery,
        `object-${attempt}`,
      ]);
    await client.query("INSERT INTO office.secret (name, sealed) VALUES ('log-key', $1)", [
      Buffer.from('010203040506070809ffff', 'hex'),
    ]);
  });
});

/** Everything as it was dumped, in memory: tests have little. */
async function dumpOf(url: string): Promise<Dump> {
  return readSnapshot(url, async (snapshot) => {
    const contents = new Map<string, Buffer>();
    const tables = [];
    for (const table of snapshot.tables) {
      const rows = snapshot.copyOut(table);
      contents.set(nameOf(table), await buffer(rows));
      tables.push({ ...table, rows: rows.rowCount });
    }
    return {
      tables,
      open: (table) => Readable.from([contents.get(nameOf(table)) ?? Buffer.alloc(0)]),
      disposed: [],
      takenAt: snapshot.takenAt,
    };
  });
}

async function contentOf(url: string): Promise<Map<string, string>> {
  const { tables, open } = await dumpOf(url);
  const content = new Map<string, string>();
  for (const table of tables) content.set(nameOf(table), (await buffer(open(table))).toString().split('\n').sort().join('\n'));
  return content;
}

test('no table of the product is forgotten', async () => {
  const dumped = await readSnapshot(source.migratorUrl, async ({ tables }) => tables);
  await withClient(source.url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'bullmq') AND tablename <> 'app_migration'`,
    );
    assert.deepEqual(dumped.map(nameOf).sort(), rows.map(({ name }) => name).sort());
  });
  const names = dumped.map(nameOf);
  assert.ok(names.indexOf('office.person') < names.indexOf('office.credential'), 'a table comes after those it refers to');
  assert.ok(names.indexOf('office.version_file') < names.indexOf('office.version_part'));
  assert.deepEqual(dumped.find(({ name }) => name === 'department')?.columns, ['id', 'state', 'changed_at']);
  assert.equal(dumped.find(({ name }) => name === 'notice')?.identity, 'seq');
});

test('a snapshot says which key, which head and which objects belong to it', async () => {
  await readSnapshot(source.migratorUrl, async (snapshot) => {
    assert.equal(snapshot.vaultKeyId, '0203040506070809');
    assert.equal(snapshot.head.size, 1);
    assert.equal(snapshot.head.epoch, 41);
    assert.deepEqual(snapshot.entry0, Buffer.from([0, 255, 10, 92]));
    assert.deepEqual(
      snapshot.objects.map(({ name, kind, sizeBytes }) => ({ name, kind, sizeBytes })),
      [{ name: `object-${winner}`, kind: 'payload', sizeBytes: 5 }],
    );
    // What is written after its beginning is not in it.
    await withClient(source.url, (client) =>
      client.query("INSERT INTO office.calendar_year VALUES (2026, 'n', '[]', '[]', now())"),
    );
    const years = snapshot.tables.find(({ name }) => name === 'calendar_year');
    assert.ok(years);
    assert.equal((await buffer(snapshot.copyOut(years))).length, 0);
  });
});

test('what was dumped is what is loaded, and counters, epoch and sessions go on as they should', async () => {
  const target = await migratedDatabase('dump_target');
  const dump = { ...(await dumpOf(source.migratorUrl)), disposed: [delivery] };
  assert.equal(await findUse(target.migratorUrl), undefined);
  const loaded = await loadDump(target.migratorUrl, dump, signal);
  assert.equal(loaded.epoch, 42);
  assert.deepEqual(loaded.ended, { sessions: 0, tokens: 1, setUpLinks: 0 });

  const [before, after] = [await contentOf(source.migratorUrl), await contentOf(target.migratorUrl)];
  const changed = [...before].filter(([name, rows]) => after.get(name) !== rows).map(([name]) => name);
  assert.deepEqual(changed.sort(), ['ledger.ledger_head', 'office.credential', 'office.delivery_work']);
  await withClient(target.url, async (client) => {
    const { rows: heads } = await client.query('SELECT size, epoch, lease_holder FROM ledger.ledger_head');
    assert.deepEqual(heads, [{ size: '1', epoch: '42', lease_holder: null }]);
    const { rows: people } = await client.query('SELECT name FROM office.person');
    assert.deepEqual(people, [{ name: text }]);
    const { rows: work } = await client.query(
      'SELECT delivery, payload_removed_at IS NOT NULL AS gone FROM office.delivery_work',
    );
    assert.deepEqual(work, [{ delivery, gone: true }]);
    const { rows: next } = await client.query(
      "INSERT INTO office.notice (id, at, kind, sentence, department) VALUES ($1, now(), 'k', '{}', 'x') RETURNING seq",
      [id()],
    );
    assert.deepEqual(next, [{ seq: '10' }]);
  });
});

test('a database in use, other tables or missing rows are refused, and nothing is left behind', async () => {
  const dump = await dumpOf(source.migratorUrl);
  const refused = (code: string, table: string) => (error: unknown) =>
    error instanceof DumpFault && error.code === code && error.table === table;
  await assert.rejects(loadDump(source.migratorUrl, dump, signal), refused('database-not-empty', 'ledger.ledger_entry'));
  assert.equal(await findUse(source.migratorUrl), 'ledger.ledger_entry');

  const target = await migratedDatabase('dump_refused');
  const without = { ...dump, tables: dump.tables.filter(({ name }) => name !== 'task') };
  await assert.rejects(loadDump(target.migratorUrl, without, signal), refused('tables-differ', 'office.task'));
  const foreign = { ...dump, tables: [...dump.tables, { schema: 'pg_catalog', name: 'pg_authid', columns: ['oid'], rows: 0 }] };
  await assert.rejects(loadDump(target.migratorUrl, foreign, signal), refused('tables-differ', 'pg_catalog.pg_authid'));
  const short: Dump = { ...dump, open: (table) => (table.name === 'notice' ? Readable.from([]) : dump.open(table)) };
  await assert.rejects(loadDump(target.migratorUrl, short, signal), refused('rows-differ', 'office.notice'));
  assert.equal(await findUse(target.migratorUrl), undefined);
  // … and the same database takes the whole one afterwards.
  assert.equal((await loadDump(target.migratorUrl, dump, signal)).epoch, 42);
});

test('a database without an exchange has no snapshot', async () => {
  const empty = await freshDatabase('dump_empty');
  await assert.rejects(
    readSnapshot(empty.migratorUrl, async () => {}),
    NoExchange,
  );
  assert.equal(await findUse(empty.migratorUrl), undefined);
});
