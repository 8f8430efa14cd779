import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { randomId } from '#crypto';
import { checkAdmission, leafHash, NO_ENTRY, openEntry, readExport, statementDigest, verifyLedger } from '#ledger';
import { withClient } from '../roles.js';
import { inboxOutcomes, makeAdmission } from './admit.js';
import { auditProjections, type Finding } from './audit.js';
import { exportLedger, readEntries, readHead } from './read.js';
import { granteeCode, providerCode, sampleLedger } from '../../../../tests/ledger/sample-ledger.js';
import type { TrailFilter } from '#exchange';
import type { Scope } from '../scope.js';
import { trailOf } from '../stores/trail.js';

const ledger = await sampleLedger('ledger');
const { city, api, worker, at, law, trustRoot, tell, sealAll } = ledger;
after(() => ledger.end());

async function audit(): Promise<Finding[]> {
  const findings: Finding[] = [];
  await withClient(at.workerUrl, (client) => auditProjections(client, law, (finding) => findings.push(finding)));
  return findings;
}
const verify = () => verifyLedger(readExport(exportLedger(api.pool)), trustRoot, { folds: law.folds });

test('entries are chained, the head is the last of them, and both the verifier and the audit agree', async () => {
  const people = Array.from({ length: 1201 }, () => city.membershipGranted(providerCode));
  await tell(...people);
  assert.deepEqual(await sealAll(), { sealed: 1201, rejected: 0 });

  let prev = NO_ENTRY;
  let size = 0;
  for await (const { index, bytes, leafHash: stored, sealedAt } of readEntries(api.pool)) {
    const { entry } = openEntry(bytes);
    assert.equal(index, size++);
    assert.equal(entry.index, index);
    assert.equal(entry.prev, prev);
    assert.equal(entry.sealedAt, sealedAt);
    prev = leafHash(bytes).toString('hex');
    assert.equal(stored, prev);
  }
  const head = await readHead(api.pool);
  assert.deepEqual([head.size, head.headLeafHash], [size, prev]);
  const report = await verify();
  assert.deepEqual([report.size, report.head], [size, prev]);
  assert.deepEqual(await audit(), []);
});

test('the same statement again gets the first receipt, bit by bit, before and after its seal; other bytes are a conflict', async () => {
  const said = city.membershipGranted(providerCode);
  const admitted = (statement = said) =>
    withClient(at.apiUrl, (client) => ledger.admit(client, statement.bytes, statement.signatures, { preparedBy: 'x' }));
  const [first, second] = [await admitted(), await admitted()];
  assert.deepEqual(first, second);
  checkAdmission(city.origin, first, trustRoot.logKey.publicKey);
  assert.throws(() => checkAdmission(city.origin, { ...first, sealBy: first.admittedAt }, trustRoot.logKey.publicKey), {
    code: 'bad-signature',
  });
  assert.equal(first.digest, statementDigest(said.bytes));
  assert.equal(Date.parse(first.sealBy) - Date.parse(first.admittedAt), 60_000);
  await sealAll();
  assert.deepEqual(await admitted(), first);
  const other = city.say(
    'membership.granted',
    { department: providerCode, person: randomId(), roles: ['requester'] },
    { issuer: providerCode, id: said.statement.id },
  );
  await assert.rejects(admitted(other), { code: 'statement-conflict' });
  assert.deepEqual(await sealAll(), { sealed: 0, rejected: 0 });
});

test('two at once with the same statement get one row and one receipt', async () => {
  const said = city.membershipGranted(providerCode);
  const receipts = await Promise.all(
    Array.from({ length: 8 }, () => withClient(at.apiUrl, (client) => ledger.admit(client, said.bytes, said.signatures))),
  );
  assert.equal(new Set(receipts.map((receipt) => JSON.stringify(receipt))).size, 1);
  assert.deepEqual(await sealAll(), { sealed: 1, rejected: 0 });
});

test('admission is part of the caller’s transaction: rolled back, nothing was said', async () => {
  const said = city.membershipGranted(providerCode);
  await withClient(at.apiUrl, async (client) => {
    await client.query('BEGIN');
    await ledger.admit(client, said.bytes, said.signatures);
    await client.query('ROLLBACK');
  });
  assert.equal((await inboxOutcomes(api.pool, [said.statement.id])).size, 0);
});

test('what may not be said is refused at the door: wrong origin, wrong key, wrong signature, other bytes', async () => {
  const good = city.membershipGranted(providerCode);
  const refused = (bytes: Uint8Array, signatures: unknown, code: string) =>
    assert.rejects(
      withClient(at.apiUrl, (client) => ledger.admit(client, bytes, signatures as never)),
      { name: 'Refusal', code },
    );
  const [signature] = good.signatures;
  const foreign = city.say(
    'membership.granted',
    { department: providerCode, person: randomId(), roles: ['steward'] },
    { issuer: providerCode },
  );
  const text = String(foreign.bytes);
  await refused(Buffer.from(text.replace(city.origin, 'quanlian.test/other')), foreign.signatures, 'wrong-origin');
  await refused(Buffer.from(text.replace('steward', 'operator')), foreign.signatures, 'bad-signature');
  await refused(Buffer.from(`${text} `), foreign.signatures, 'statement-not-canonical');
  await refused(foreign.bytes, [], 'statement-malformed');
  await refused(foreign.bytes, 'x', 'statement-malformed');
  await refused(foreign.bytes, [signature], 'bad-signature');
  const stranger = city.keyAdmitted(granteeCode);
  const unsealedKey = city.say(
    'membership.granted',
    { department: granteeCode, person: randomId(), roles: ['steward'] },
    { issuer: granteeCode },
  );
  await refused(unsealedKey.bytes, unsealedKey.signatures, 'key-not-in-force');
  await tell(stranger);
  await sealAll();
  await tell(unsealedKey);
  assert.deepEqual(await sealAll(), { sealed: 1, rejected: 0 });
});

test('a stale statement is rejected with its reason and holds up nobody', async () => {
  const first = city.membershipGranted(providerCode);
  const { person } = first.statement.body as { person: string };
  await tell(first);
  await sealAll();
  const change = () =>
    city.say(
      'membership.granted',
      { department: providerCode, person, roles: ['requester'] },
      { issuer: providerCode, after: first.statement.id },
    );
  const [one, two] = [change(), change()];
  const bystander = city.membershipGranted(providerCode);
  await tell(one, two, bystander);
  assert.deepEqual(await sealAll(), { sealed: 2, rejected: 1 });
  const outcomes = await inboxOutcomes(
    api.pool,
    [one, two, bystander].map(({ statement }) => statement.id),
  );
  assert.equal(outcomes.get(one.statement.id)?.state, 'sealed');
  assert.equal(outcomes.get(two.statement.id)?.state, 'rejected');
  assert.equal(outcomes.get(two.statement.id)?.problem?.code, 'stale-after');
  assert.equal(outcomes.get(bystander.statement.id)?.index, (outcomes.get(one.statement.id)?.index ?? 0) + 1);
});

test('ends go before what was said earlier: the key that ends takes the statements that it signed with it', async () => {
  const admitted = city.keyAdmitted(providerCode);
  await tell(admitted);
  await sealAll();
  const { keyId } = admitted.statement.body as { keyId: string };
  const said = city.membershipGranted(providerCode);
  const end = city.say('key.ended', { department: providerCode, keyId, reason: 'compromised' }, { after: admitted.statement.id });
  await tell(said, end);
  assert.deepEqual(await sealAll(), { sealed: 1, rejected: 1 });
  const outcomes = await inboxOutcomes(api.pool, [said.statement.id, end.statement.id]);
  assert.equal(outcomes.get(said.statement.id)?.problem?.code, 'key-not-in-force');
  assert.equal(outcomes.get(end.statement.id)?.state, 'sealed');
  // Asked again, it is answered as the first time, though its key has ended since.
  await tell(said);
  assert.deepEqual(await sealAll(), { sealed: 0, rejected: 0 });
  await tell(city.keyAdmitted(providerCode));
  await sealAll();
});

test('a full inbox says so, and still takes an end', async () => {
  const logKey = { keyId: city.log.keyId, privateKey: city.log.privateKey };
  const bounded = makeAdmission({ origin: city.origin, logKeyOf: () => Promise.resolve(logKey), waitingMax: 2 });
  const membership = city.membershipGranted(providerCode);
  await tell(membership);
  await sealAll();
  const { person } = membership.statement.body as { person: string };
  await withClient(at.apiUrl, async (client) => {
    for (let i = 0; i < 2; i++) {
      const said = city.membershipGranted(providerCode);
      await bounded(client, said.bytes, said.signatures);
    }
    const third = city.membershipGranted(providerCode);
    await assert.rejects(bounded(client, third.bytes, third.signatures), { code: 'inbox-full', status: 503 });
    const end = city.say(
      'membership.ended',
      { department: providerCode, person },
      { issuer: providerCode, after: membership.statement.id },
    );
    await bounded(client, end.bytes, end.signatures);
  });
  assert.deepEqual(await sealAll(), { sealed: 3, rejected: 0 });
});

test('times never go back, whatever the clock does', async () => {
  await tell(city.membershipGranted(providerCode));
  await sealAll({ now: () => new Date('2001-01-01T00:00:00.000Z') });
  await verify();
});

test('nobody changes an entry: not the API, not the worker, not the owner, not the superuser, not as a replica', async () => {
  const statements = [
    'UPDATE ledger.ledger_entry SET sealed_at = now()',
    'DELETE FROM ledger.ledger_entry WHERE index = 0',
    'DELETE FROM ledger.ledger_entry WHERE index < 0',
    'TRUNCATE ledger.ledger_entry',
    'TRUNCATE ledger.ledger_entry CASCADE',
  ];
  for (const url of [at.apiUrl, at.workerUrl, at.migratorUrl, at.url]) {
    await withClient(url, async (client) => {
      for (const statement of statements) await assert.rejects(client.query(statement), /never changed|permission denied/);
    });
  }
  await withClient(at.url, async (client) => {
    await client.query('SET session_replication_role = replica');
    for (const statement of statements) await assert.rejects(client.query(statement), /never changed/);
    await assert.rejects(client.query('UPDATE ledger.ledger_head SET size = size - 1'), /only goes forward/);
    await assert.rejects(client.query('DELETE FROM ledger.ledger_head'), /only goes forward/);
    await assert.rejects(client.query('TRUNCATE ledger.ledger_head'), /only goes forward/);
  });
});

test('the API can neither seal nor write states, and the worker cannot rewrite what was said', async () => {
  const denied = async (url: string, sql: string) =>
    withClient(url, (client) => assert.rejects(client.query(sql), /permission denied|must be owner/, sql));
  await denied(at.apiUrl, 'UPDATE ledger.ledger_head SET size = size + 1');
  await denied(at.apiUrl, "UPDATE ledger.ledger_inbox SET state = 'waiting'");
  await denied(at.apiUrl, 'DELETE FROM ledger.ledger_inbox');
  await denied(at.apiUrl, "INSERT INTO projection.key (id, state, changed_at) VALUES ('x', '{}', 0)");
  await denied(at.apiUrl, 'INSERT INTO ledger.ledger_entry DEFAULT VALUES');
  await denied(at.workerUrl, "UPDATE ledger.ledger_inbox SET digest = '\\x00'");
  await denied(at.workerUrl, 'DELETE FROM ledger.ledger_inbox');
  await denied(at.workerUrl, 'DELETE FROM projection.key');
  await denied(at.workerUrl, 'DROP TABLE ledger.ledger_entry');
});

test('the trail finds an entry by everything that it is about, in order and page by page', async () => {
  const person = randomId();
  const grant = city.membershipGranted(granteeCode, person);
  await tell(grant);
  await sealAll();
  const end = city.say('membership.ended', { department: granteeCode, person }, { after: grant.statement.id });
  await tell(end);
  await sealAll();
  const trail = trailOf({ client: api.pool } as unknown as Scope);
  const typesOf = async (filter: TrailFilter) =>
    (await trail.query(filter, { limit: 10 })).items.map(({ bytes }) => openEntry(bytes).entry.statement.type);
  const both = ['membership.ended', 'membership.granted'];
  assert.deepEqual(await typesOf({ person }), both);
  assert.deepEqual(await typesOf({ person, types: ['membership.ended'] }), ['membership.ended']);
  assert.deepEqual(await typesOf({ person, department: providerCode }), []);
  assert.deepEqual(await typesOf({ person, visibleTo: [providerCode] }), []);
  assert.deepEqual(await typesOf({ person, visibleTo: [providerCode, granteeCode] }), both);
  const [newest] = (await trail.query({ person }, { limit: 1 })).items;
  assert.ok(newest);
  assert.deepEqual(await typesOf({ person, from: newest.sealedAt }), ['membership.ended']);
  assert.deepEqual(await typesOf({ person, until: newest.sealedAt }), ['membership.granted']);
  const all: number[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await trail.query({ department: providerCode }, { limit: 300, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.items.map(({ index }) => index));
    cursor = page.next;
    if (cursor === undefined) break;
  }
  assert.deepEqual(
    all,
    all.toSorted((a, b) => b - a),
  );
  assert.equal(new Set(all).size, all.length);
  assert.ok(all.length > 1200);
});

test('a worker that runs seals what is told to it, without waiting for its clock', async () => {
  const stop = new AbortController();
  const troubles: unknown[] = [];
  const running = ledger
    .sealer({ pollMs: 60_000, leaseMs: 180_000, onTrouble: (_stage, error) => troubles.push(error) })
    .run(stop.signal);
  for (let i = 0; i < 20; i++) {
    const said = city.membershipGranted(providerCode);
    await tell(said);
    const begun = performance.now();
    for (;;) {
      const state = (await inboxOutcomes(worker.pool, [said.statement.id])).get(said.statement.id)?.state;
      if (state === 'sealed') break;
      assert.ok(performance.now() - begun < 5_000, 'not sealed within 5 s');
    }
  }
  stop.abort();
  await running;
  assert.deepEqual(troubles, []);
  const { rows } = await api.pool.query('SELECT lease_holder FROM ledger.ledger_head');
  assert.deepEqual(rows, [{ lease_holder: null }]);
  assert.deepEqual(await audit(), []);
});
