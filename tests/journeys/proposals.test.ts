import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CallError, routes } from '#contracts';
import { randomId } from '#crypto';
import { withClient } from '#postgres';
import {
  approved,
  askedFor,
  foundSmallCity,
  granted,
  logIn,
  published,
  settled,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';

const refusedWith = (code: string) => (error: unknown) => error instanceof CallError && error.problem?.code === code;

const ending = { code: 'misuse' as const, reason: '超出范围使用。', article: '第二十七条' };

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

  test('two stewards decide one request: the second hears who prepared a decision, until that one is returned', async () => {
    const { requester, requesterHead, steward, providerHead, supervisor, competentHead, codes } = city;
    const asked = await requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor() } });
    await approved(requesterHead, asked);
    const added = await competentHead.client.call(routes.addPerson, {
      body: { login: 'second', name: '冯专员', department: codes.provider, roles: ['steward'] },
    });
    await settled(competentHead, added.proposal);
    const second = await logIn(exchange, 'second', added.password);
    const decide = (by: typeof steward, decision: 'agree' | 'refuse') =>
      by.client.call(routes.decideRequest, {
        params: { id: asked.id },
        body: decision === 'agree' ? { decision } : { decision, code: 'other', reason: '已有其他渠道。' },
      });
    const both = await Promise.allSettled([decide(steward, 'agree'), decide(second, 'refuse')]);
    const first = both.find((one) => one.status === 'fulfilled')?.value;
    assert.ok(first);
    const refused = both.find((one) => one.status === 'rejected')?.reason as CallError;
    assert.equal(refused.problem?.code, 'decision-waiting');
    assert.deepEqual(refused.problem?.details, { name: first.preparedBy.name, proposal: first.id });

    // What a review page and an inbox need, in one call.
    const listed = await providerHead.client.call(routes.proposals, { query: { about: asked.id } });
    const waiting = listed.items.find(({ id }) => id === first.id);
    assert.deepEqual(waiting?.about, {
      kind: 'request',
      id: asked.id,
      title: '行政村名录',
      dataset,
      departments: [
        { code: codes.requester, name: '示例市民政局' },
        { code: codes.provider, name: '示例市公安局' },
      ],
    });
    assert.equal(waiting?.workingDaysLeft, 10);
    assert.match(waiting?.due ?? '', /^\d{4}-\d\d-\d\d$/);
    assert.ok(!listed.items.some(({ preparedBy }) => preparedBy.id === requester.id), 'the other side’s proposals stay there');
    const all = await supervisor.client.call(routes.proposals, { query: { about: asked.id, state: 'all' } });
    assert.equal(all.items.length, 2, 'who sees everything sees both sides of an object');
    const request = all.items.find(({ id }) => id === asked.id);
    assert.equal(request?.approval?.person.name, '周负责人');
    assert.equal((await supervisor.client.call(routes.proposals, { query: {} })).items.length, 0);
    const mine = (by: typeof steward) => by.client.call(routes.proposals, { query: { mine: 'true', about: asked.id } });
    assert.deepEqual(
      [(await mine(steward)).items.length, (await mine(second)).items.length].toSorted((a, b) => a - b),
      [0, 1],
    );
    const typed = await providerHead.client.call(routes.proposals, {
      query: { state: 'all', type: 'dataset.entered,version.published' },
    });
    assert.deepEqual(new Set(typed.items.map(({ type }) => type)), new Set(['dataset.entered', 'version.published']));
    assert.ok(typed.items.every(({ about }) => about.kind === 'dataset' && about.title === '行政村名录'));

    const back = await providerHead.client.call(routes.returnProposal, {
      params: { id: first.id },
      body: { reason: '请补充条件。' },
    });
    assert.equal(back.returnReason, '请补充条件。');
    const again = await approved(providerHead, await decide(second, 'agree'));
    assert.equal(again.approval?.person.name, '钱负责人');
    assert.ok(again.due === undefined, 'a request that is decided has no clock');
  });

  test('one termination waits at a time; a suspension goes past it', async () => {
    const right = await granted(city, dataset);
    const { steward, providerHead } = city;
    const terminate = () => steward.client.call(routes.terminateRight, { params: { id: right }, body: ending });
    const waiting = await terminate();
    assert.deepEqual(waiting.sentence, {
      zh: '终止共享：示例市民政局使用「行政村名录」',
      en: 'Terminate the right of 示例市民政局 to use 行政村名录',
    });
    await assert.rejects(terminate(), refusedWith('decision-waiting'));
    await settled(steward, await steward.client.call(routes.suspendRight, { params: { id: right }, body: ending }));
    const seen = await city.requester.client.call(routes.right, { params: { id: right } });
    assert.deepEqual([seen.end?.reason, seen.end?.byName], [ending.reason, '示例市公安局']);
    await providerHead.client.call(routes.returnProposal, { params: { id: waiting.id }, body: { reason: '已过时。' } });
    await approved(providerHead, await terminate());
  });

  test('who ends a right or a key alone, and for good, gives the password again', async () => {
    const right = await granted(city, dataset);
    const { providerHead, competentHead, codes } = city;
    const call = (password?: string, headers = {}) =>
      providerHead.client.call(
        routes.terminateRight,
        { params: { id: right }, body: { ...ending, ...(password === undefined ? {} : { password }) } },
        { headers },
      );
    await assert.rejects(call(), refusedWith('password-needed'));
    await assert.rejects(call('不是这个'), refusedWith('bad-login'));
    const open = await providerHead.client.call(routes.right, { params: { id: right } });
    assert.equal(open.state, 'in-force');
    // Suspending is another matter: what can be undone stops at once.
    await settled(providerHead, await providerHead.client.call(routes.suspendRight, { params: { id: right }, body: ending }));
    const once = { 'idempotency-key': randomId() };
    const ended = await settled(providerHead, await call(providerHead.password, once));
    assert.equal((await call(providerHead.password, once)).id, ended.id);
    // What is kept to know the call again says nothing about the password.
    assert.equal((await call(undefined, once)).id, ended.id);

    const { keys, recipients } = await competentHead.client.call(routes.department, { params: { code: codes.requester } });
    const params = { code: codes.requester };
    const reason = 'rotated';
    const { items: logKeys } = await competentHead.client.call(routes.logKeys, {});
    const ends = [
      () => competentHead.client.call(routes.endKey, { params: { ...params, keyId: keys[0]?.keyId ?? '' }, body: { reason } }),
      () =>
        competentHead.client.call(routes.endRecipient, {
          params,
          body: { recipient: recipients[0]?.recipient ?? '', reason },
        }),
      () => competentHead.client.call(routes.endLogKey, { params: { keyId: logKeys[0]?.keyId ?? '' }, body: { reason } }),
    ];
    for (const end of ends) await assert.rejects(end(), refusedWith('password-needed'));
    await assert.rejects(
      competentHead.client.call(routes.erasePerson, { params: { id: city.steward.id }, body: { password: '不是这个' } }),
      refusedWith('bad-login'),
    );
  });
});
