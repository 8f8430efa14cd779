import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes } from '#contracts';
import { encodeCanonical, type CanonicalValue } from '#crypto';
import { lawOf } from '#exchange';
import { LedgerFault, openTrustRoot, readExport, verifyLedger } from '#ledger';
import { withClient } from '#postgres';
import {
  foundSmallCity,
  granted,
  published,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';

describe('promise 3: what is changed behind the product’s back is found and named', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let right: string;

  before(async () => {
    exchange = await startExchange({ label: 'tampering' });
    city = await foundSmallCity(exchange);
    right = await granted(city, await published(city, villageEntry(), villageCsv(50)));
  });
  after(async () => {
    await exchange.stop();
  });

  async function verify() {
    const root = openTrustRoot(encodeCanonical((await exchange.client().call(routes.trustRoot, {})) as CanonicalValue));
    const exported = await city.supervisor.client.open(routes.exportLedger, {});
    return verifyLedger(readExport(exported.body as AsyncIterable<Uint8Array>), root, { folds: lawOf(root.origin).folds });
  }
  const audit = async () => (await city.supervisor.client.call(routes.audit, {})).differences;

  for (const [role, url] of [
    ['API', () => exchange.database.apiUrl],
    ['worker', () => exchange.database.workerUrl],
    ['migrator', () => exchange.database.migratorUrl],
    ['superuser', () => exchange.database.url],
  ] as const) {
    test(`the database refuses the ${role} to update, delete or truncate entries`, async () => {
      for (const sql of [
        'UPDATE ledger.ledger_entry SET type = type',
        'DELETE FROM ledger.ledger_entry',
        'TRUNCATE ledger.ledger_entry',
      ]) {
        await assert.rejects(
          withClient(url(), (client) => client.query(sql)),
          sql,
        );
      }
    });
  }

  test('the API may not seal, and may not write projections', async () => {
    for (const sql of [
      `UPDATE projection."right" SET state = state`,
      'UPDATE ledger.ledger_head SET size = size',
      `INSERT INTO projection.dataset (id, state, changed_at) VALUES ('${'a'.repeat(32)}', '{}', 0)`,
    ]) {
      await assert.rejects(
        withClient(exchange.database.apiUrl, (client) => client.query(sql)),
        /permission denied/,
      );
    }
  });

  test('a projection row altered by the superuser: audit names it', async () => {
    assert.deepEqual(await audit(), []);
    await tamper(
      `UPDATE projection."right" SET state = jsonb_set(state, '{terms,quota,rows}', '999999999') WHERE id = '${right}'`,
    );
    const differences = await audit();
    assert.equal(differences.length, 1);
    assert.equal(differences[0]?.kind, 'right');
    assert.equal(differences[0]?.id, right);
    await tamper(
      `UPDATE projection."right" SET state = jsonb_set(state, '{terms,quota,rows}', '10000000') WHERE id = '${right}'`,
    );
    assert.deepEqual(await audit(), []);
  });

  test('an entry altered by the superuser: verify and audit name it', async () => {
    assert.ok((await verify()).size > 10);
    const entry = await city.supervisor.client.call(routes.trail, { query: { type: 'right.granted' } });
    const index = entry.items[0]?.index ?? -1;
    const swap = (from: string, to: string) =>
      `UPDATE ledger.ledger_entry SET bytes = convert_to(replace(convert_from(bytes, 'UTF8'), '${from}', '${to}'), 'UTF8') WHERE index = ${index}`;
    await tamper(swap('"rows":10000000', '"rows":90000000'));
    await assert.rejects(verify(), (error) => error instanceof LedgerFault && error.index === index);
    const differences = await audit();
    assert.ok(
      differences.some(({ kind, id }) => kind === 'entry' && id === String(index)),
      JSON.stringify(differences),
    );
    await tamper(swap('"rows":90000000', '"rows":10000000'));
    await verify();
  });

  /** As a superuser who knows what stands in the way. */
  async function tamper(sql: string): Promise<void> {
    await withClient(exchange.database.url, async (client) => {
      await client.query('ALTER TABLE ledger.ledger_entry DISABLE TRIGGER USER');
      await client.query(sql);
      await client.query('ALTER TABLE ledger.ledger_entry ENABLE TRIGGER USER');
    });
  }
});
