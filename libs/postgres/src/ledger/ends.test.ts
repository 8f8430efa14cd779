import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StatementBody } from '#contracts';
import type { TrailFilter } from '#exchange';
import { gateOf, openEntry } from '#ledger';
import type { Said } from '../../../ledger/src/sample-city.js';
import { granteeCode, providerCode, sampleLedger } from '../../../../tests/ledger/sample-ledger.js';
import { auditOf, checkWhole } from '../../../../tests/ledger/whole-ledger.js';
import { withClient } from '../roles.js';
import type { Scope } from '../scope.js';
import { trailOf } from '../stores/trail.js';

const ledger = await sampleLedger('ends');
const { city, at, api, worker } = ledger;
after(() => ledger.end());
const said: Said[] = [];
async function seal(...some: Said[]): Promise<void> {
  said.push(...some);
  await ledger.tell(...some);
  assert.deepEqual(await ledger.sealAll(), { sealed: some.length, rejected: 0 });
}

const heads = [providerCode, granteeCode].map((code) => city.membershipGranted(code, undefined, 'office-head'));
const [providerHead = '', granteeHead = ''] = heads.map(
  ({ statement }) => (statement.body as StatementBody<'membership.granted'>).person,
);
const entered = city.datasetEntered(providerCode);
const dataset = entered.statement.id;
await seal(...heads, entered);
const submitted = city.requestSubmitted(dataset, providerCode, granteeCode, granteeHead);
await seal(submitted);
const granted = city.rightGranted(submitted.statement.id, dataset, providerCode, granteeCode, providerHead);
await seal(granted);
const right = granted.statement.id;

const stateOfRight = async () =>
  (await api.pool.query<{ status: string }>('SELECT status FROM projection."right" WHERE id = $1', [right])).rows[0]?.status;
const end = (type: 'right.suspended' | 'right.terminated', afterId: string) =>
  city.say(
    type,
    { right, dataset, code: 'provider-request', reason: '4'.repeat(64), article: '条例第二十二条' },
    { issuer: providerCode, after: afterId },
  );

test('an end waits for the chunk that is being handed over, and no chunk passes the gate once it is sealed', async () => {
  const suspended = end('right.suspended', right);
  said.push(suspended);
  await ledger.tell(suspended);
  await withClient(at.apiUrl, async (reader) => {
    await reader.query('SELECT pg_advisory_lock_shared($1)', [gateOf(right)]);
    const sealing = ledger.sealAll();
    const isWaiting = async () =>
      (await worker.pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).rowCount === 1;
    for (const begun = Date.now(); !(await isWaiting()); await sleep(5)) assert.ok(Date.now() - begun < 10_000);
    // The reader still has its chunk in hand: the right is in force for everybody.
    assert.equal(await stateOfRight(), 'in-force');
    await reader.query('SELECT pg_advisory_unlock_shared($1)', [gateOf(right)]);
    assert.deepEqual(await sealing, { sealed: 1, rejected: 0 });
    await reader.query('SELECT pg_advisory_lock_shared($1)', [gateOf(right)]);
    assert.equal(await stateOfRight(), 'suspended');
  });
});

test('readers of other rights are not waited for', async () => {
  const resumed = city.say(
    'right.resumed',
    { right, dataset, reason: '5'.repeat(64) },
    { issuer: providerCode, after: said.at(-1)?.statement.id ?? '' },
  );
  await seal(resumed);
  await withClient(at.apiUrl, async (reader) => {
    await reader.query('SELECT pg_advisory_lock_shared($1)', [gateOf('0'.repeat(32))]);
    await seal(end('right.terminated', resumed.statement.id));
  });
  assert.equal(await stateOfRight(), 'terminated');
});

test('both sides find a right and its end in their trail; a stranger does not', async () => {
  const trail = trailOf({ client: api.pool } as unknown as Scope);
  const typesOf = async (filter: TrailFilter) =>
    (await trail.query(filter, { limit: 100 })).items.map(({ bytes }) => openEntry(bytes).entry.statement.type);
  const ends = ['right.terminated', 'right.resumed', 'right.suspended', 'right.granted'];
  assert.deepEqual(await typesOf({ right }), ends);
  for (const code of [providerCode, granteeCode]) {
    assert.deepEqual(await typesOf({ right, visibleTo: [code] }), ends);
    assert.deepEqual(await typesOf({ dataset, department: code, types: ['request.submitted'] }), ['request.submitted']);
  }
  assert.deepEqual(await typesOf({ right, visibleTo: [city.competent] }), []);
  // The entry of the dataset is its provider's alone.
  assert.deepEqual(await typesOf({ dataset, types: ['dataset.entered'], department: granteeCode }), []);
});

test('folding the rights anew leads to the same states', async () => {
  await checkWhole(ledger, said);
  await withClient(at.url, (client) =>
    client.query(`UPDATE projection."right" SET state = jsonb_set(state, '{usedPulls}', '-1') WHERE id = $1`, [right]),
  );
  assert.deepEqual(
    (await auditOf(ledger)).map((finding) => finding.what === 'state' && [finding.kind, finding.id, finding.difference]),
    [['right', right, 'different']],
  );
});
