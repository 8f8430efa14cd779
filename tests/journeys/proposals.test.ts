import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CallError, routes } from '#contracts';
import { randomId } from '#crypto';
import { withClient } from '#postgres';
import {
  askedFor,
  foundSmallCity,
  granted,
  published,
  settled,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';

const refusedWith = (code: string) => (error: unknown) => error instanceof CallError && error.problem?.code === code;

describe('statements on their way: once however often asked, one at a time, and found by what they are about', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let dataset: string;

  before(async () => {
    exchange = await startExchange({ label: 'proposals' });
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(200));
  });
  after(async () => {
    await exchange.stop();
  });

  const countOf = (table: 'prose' | 'proposal') =>
    withClient(exchange.database.url, async (client) => {
      const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM office.${table}`);
      return rows[0]?.count ?? 0;
    });
  const submit = (idempotencyKey: string, asked = askedFor()) =>
    city.requester.client.call(routes.submitRequest, { body: { dataset, asked } }, { idempotencyKey });

  test('the same call again is answered, at once or later, and leaves nothing behind', async () => {
    const key = randomId();
    const asked = askedFor();
    const [proposals, prose] = [await countOf('proposal'), await countOf('prose')];
    const answers = await Promise.all(Array.from({ length: 10 }, () => submit(key, asked)));
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.equal(answers[0]?.id, key, 'the key is the id of the statement');
    assert.deepEqual(await submit(key, asked), answers[0]);
    assert.equal(await countOf('proposal'), proposals + 1);
    assert.equal(await countOf('prose'), prose + 2, 'basis and scenario, once');

    const { requesterHead } = city;
    const approve = () =>
      requesterHead.client.call(routes.approve, { params: { id: key }, body: { password: requesterHead.password } });
    const [one, two] = await Promise.all([approve(), approve()]);
    assert.equal(one.statement.at, two.statement.at, 'one approval');
    await settled(requesterHead, one);
    assert.equal((await submit(key, asked)).state, 'sealed');
    const withdrawal = randomId();
    const withdraw = () =>
      city.requester.client.call(routes.withdrawRequest, { params: { id: key } }, { idempotencyKey: withdrawal });
    await settled(city.requester, await withdraw());
    assert.equal((await withdraw()).id, withdrawal, 'though a withdrawn request cannot be withdrawn');
  });

  test('a key that was used by somebody else, for something else or by the ledger is refused', async () => {
    const key = randomId();
    await submit(key);
    await assert.rejects(submit(key, askedFor({ items: ['code'] })), refusedWith('statement-conflict'));
    await assert.rejects(
      city.steward.client.call(
        routes.enterDataset,
        { body: { entry: villageEntry(), noSecrets: true } },
        { idempotencyKey: key },
      ),
      refusedWith('statement-conflict'),
    );
    await assert.rejects(submit(dataset), refusedWith('statement-conflict'));
    await assert.rejects(submit('abc'), refusedWith('bad-input'));
    const entries = await city.supervisor.client.call(routes.trail, { query: { limit: 500 } });
    const sealed = entries.items.find(({ type }) => type === 'ledger.opened')?.statement.id ?? '';
    await assert.rejects(submit(sealed), refusedWith('statement-conflict'));
    // Routes that make no statement know no key.
    await city.requester.client.call(routes.me, {}, { idempotencyKey: 'abc' });
  });

  test('pulls and new people too: the first password is shown once', async () => {
    const right = await granted(city, dataset);
    const key = randomId();
    const pull = () => city.requester.client.call(routes.pull, { params: { id: right }, body: {} }, { idempotencyKey: key });
    const pulls = await Promise.all([pull(), pull(), pull()]);
    for (const { delivery, proposal } of pulls) assert.deepEqual([delivery, proposal.id], [key, key]);
    const listed = await city.requester.client.call(routes.deliveries, { query: { right } });
    assert.ok(listed.items.length <= 1);

    const body = { login: 'twice', name: '郑两次', department: city.codes.provider, roles: ['steward' as const] };
    const add = (idempotencyKey: string) => city.competentHead.client.call(routes.addPerson, { body }, { idempotencyKey });
    const adding = randomId();
    const added = await Promise.all([add(adding), add(adding), add(adding)]);
    assert.equal(added.filter(({ password }) => password !== '').length, 1);
    assert.equal(new Set(added.map(({ person }) => person)).size, 1);
    await assert.rejects(add(randomId()), refusedWith('already-exists'));
  });
});
