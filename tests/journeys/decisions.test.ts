import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, routes, type Item, type RowScope } from '#contracts';
import { loadVaultKey, openVault } from '#crypto';
import { memoryFolderIn } from '#delivery';
import { openDataPlane, RunClocks } from '#exchange';
import { connect, openExchangeContext, postgresAuditLog } from '#postgres';
import {
  approved,
  askedFor,
  deliveryIn,
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
const personItems: Item[] = [
  { name: 'id', title: '公民身份号码', type: 'C', required: true, personal: true, mask: { kind: 'keep', first: 6, last: 4 } },
  { name: 'name', title: '姓名', type: 'C', required: true, personal: true, mask: { kind: 'keep', first: 1, last: 0 } },
  { name: 'district', title: '区', type: 'C', required: true, personal: false },
];

describe('requests, decisions and refusals that explain themselves', () => {
  let exchange: RunningExchange;
  let city: SmallCity;
  let dataset: string;

  before(async () => {
    exchange = await startExchange({ label: 'decisions' });
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(1000));
  });
  after(async () => {
    await exchange.stop();
  });

  async function submitted(change: object = {}, of = dataset): Promise<string> {
    const { requester, requesterHead } = city;
    const proposal = await requester.client.call(routes.submitRequest, { body: { dataset: of, asked: askedFor(change) } });
    await approved(requesterHead, proposal);
    return proposal.id;
  }

  test('what is not in the entry, personal in the scope or in the text is refused with its field', async () => {
    const { requester } = city;
    const ask = (change: object) => requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor(change) } });
    await assert.rejects(ask({ items: ['code', 'mortgage'] }), refusedWith('item-unknown'));
    await assert.rejects(ask({ rows: { op: '=', item: 'mortgage', value: '1' } }), refusedWith('item-unknown'));
    await assert.rejects(ask({ method: 'query' }), refusedWith('method-not-offered'));
    await assert.rejects(
      ask({ window: { from: '2020-01-01T00:00:00.000Z', until: '2020-02-01T00:00:00.000Z' } }),
      refusedWith('window-invalid'),
    );
    await assert.rejects(
      ask({ purpose: { basis: '第十七条', scenario: '核对 13812345678 的家庭' } }),
      refusedWith('personal-data-in-text'),
    );
  });

  test('promise 7: nothing that the ledger holds as typed may hold an ID or phone number', async () => {
    const { competentHead, steward, codes, recipients } = city;
    const label = { recipient: recipients[0] ?? '', label: '值班 13812345678' };
    await assert.rejects(
      competentHead.client.call(routes.nominateRecipient, { params: { code: codes.requester }, body: label }),
      refusedWith('personal-data-in-text'),
    );
    const entry = villageEntry({ title: '档案（13812345678）', resourceCode: '3/1/1/1/000009' });
    await assert.rejects(
      steward.client.call(routes.enterDataset, { body: { entry, noSecrets: true } }),
      refusedWith('personal-data-in-text'),
    );
  });

  test('the preparer never approves; an office head of another department neither', async () => {
    const { requester, providerHead } = city;
    const proposal = await requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor() } });
    const approve = (by: typeof requester) =>
      by.client.call(routes.approve, { params: { id: proposal.id }, body: { password: by.password } });
    await assert.rejects(approve(requester), refusedWith('not-allowed'));
    await assert.rejects(approve(providerHead), refusedWith('unknown'));
    await requester.client.call(routes.returnProposal, { params: { id: proposal.id }, body: { reason: '重新填写' } });
  });

  test('a supplement is asked for once, naming what is missing; then it is decided', async () => {
    const { requester, requesterHead, steward, providerHead } = city;
    const request = await submitted();
    const decide = (body: Parameters<typeof steward.client.call<typeof routes.decideRequest>>[1]['body']) =>
      steward.client.call(routes.decideRequest, { params: { id: request }, body });
    await approved(providerHead, await decide({ decision: 'supplement', missing: '请补充文件文号。' }));
    const asked = await requester.client.call(routes.request, { params: { id: request } });
    assert.equal(asked.missing, '请补充文件文号。');
    const answer = await requester.client.call(routes.supplementRequest, {
      params: { id: request },
      body: { answer: '民发〔2026〕1号' },
    });
    await approved(requesterHead, answer);
    await assert.rejects(decide({ decision: 'supplement', missing: '还要' }), refusedWith('supplement-once'));
    await approved(providerHead, await decide({ decision: 'refuse', code: 'scope-not-necessary', reason: '超出最小必要范围。' }));
    const refused = await requester.client.call(routes.request, { params: { id: request } });
    assert.equal(refused.state, 'refused');
    assert.deepEqual(refused.refusal, { code: 'scope-not-necessary', reason: '超出最小必要范围。' });
  });

  test('agreeing in part narrows: items, rows and quota; a pull outside is refused and stands in the trail', async () => {
    const { requester, steward, providerHead, supervisor } = city;
    const request = await submitted({ rows: { op: 'all' }, items: ['code', 'name', 'provinceCode'] });
    const decision = await steward.client.call(routes.decideRequest, {
      params: { id: request },
      body: {
        decision: 'agree-in-part',
        condition: '仅用于履行法定职责。',
        items: ['code', 'provinceCode'],
        rows: { op: '=', item: 'provinceCode', value: '42' },
        quota: { pulls: 2, rows: 150, pullsPerDay: 2 },
      },
    });
    const right = (await approved(providerHead, decision)).id;
    const pull = async (body: object) => {
      const { delivery } = await requester.client.call(routes.pull, { params: { id: right }, body });
      return deliveryIn(requester, delivery, 'prepared', 'refused');
    };
    const outside = await pull({ items: ['code', 'name'] });
    assert.equal(outside.problem?.code, 'item-not-granted');
    assert.match(outside.problem?.title.zh ?? '', /name/);
    assert.equal((await pull({ rows: { op: '=', item: 'provinceCode', value: '11' } })).problem?.code, 'rows-not-granted');
    assert.equal((await pull({ format: 'parquet' })).problem?.code, 'format-not-granted');
    assert.equal((await pull({ purpose: { basis: '另一依据', scenario: '另一场景' } })).problem?.code, 'purpose-differs');
    const within = await pull({});
    assert.equal(within.state, 'prepared', JSON.stringify(within.problem));
    assert.equal(within.rows, 100);
    assert.deepEqual(within.items, ['code', 'provinceCode']);
    // 100 of 150 rows are used: the same again does not fit.
    assert.equal((await pull({})).problem?.code, 'quota-rows');
    const narrower = await pull({ rows: { op: 'between', item: 'code', low: '990100000000', high: '990100000200' } });
    assert.equal(narrower.state, 'prepared', JSON.stringify(narrower.problem));
    assert.equal((await pull({})).problem?.code, 'quota-pulls');
    const trail = await supervisor.client.call(routes.trail, { query: { right, type: 'pull.refused' } });
    assert.equal(trail.items.length, 6);
  });

  test('what is shared without conditions is checked and granted by rule, personal items masked; what is not shared cites the law', async () => {
    const { requester } = city;
    const rows = 'id,name,district\n990101199001011234,张小三,甲区\n990101199001015678,李四,乙区\n';
    const entry = villageEntry({
      title: '志愿者名录',
      resourceCode: '3/1/1/1/000002',
      shareType: 'unconditional',
      items: personItems,
    });
    const { shareCondition: _, ...open } = entry;
    const volunteers = await published(city, open, Buffer.from(rows));
    const request = await submitted({ items: ['id', 'name', 'district'], rows: { op: 'all' } }, volunteers);
    const right = await until(async () => (await requester.client.call(routes.request, { params: { id: request } })).right);
    const { decision } = await requester.client.call(routes.right, { params: { id: right } });
    assert.equal(decision, 'by-rule');

    const secret = villageEntry({
      title: '案件线索',
      resourceCode: '3/1/1/1/000003',
      shareType: 'not-shared',
      shareCondition: '《中华人民共和国保守国家秘密法》第十三条',
    });
    const { steward } = city;
    const closed = await settled(
      steward,
      await steward.client.call(routes.enterDataset, { body: { entry: secret, noSecrets: true } }),
    );
    await assert.rejects(
      requester.client.call(routes.submitRequest, { body: { dataset: closed.id, asked: askedFor() } }),
      (error) => refusedWith('not-shared')(error) && /保守国家秘密法/.test((error as CallError).problem?.title.zh ?? ''),
    );
    const count = (id: string, rows: RowScope) => requester.client.call(routes.countRows, { params: { id }, body: { rows } });
    await assert.rejects(count(closed.id, { op: 'all' }), refusedWith('not-shared'));
    await assert.rejects(count(volunteers, { op: '=', item: 'name', value: '张三' }), refusedWith('scope-on-personal-item'));
  });

  test('the provider previews exactly what would leave', async () => {
    const request = await submitted();
    const preview = await city.steward.client.call(routes.previewRequest, { params: { id: request }, body: {} });
    assert.equal(preview.rows, 100);
    assert.deepEqual(preview.items, ['code', 'name']);
    assert.equal(preview.sample.length, 5);
    assert.deepEqual(preview.sample[0], ['990100000000', '第0村民委员会']);

    const { steward, providerHead } = city;
    type Narrowing = Parameters<typeof steward.client.call<typeof routes.previewRequest>>[1]['body'];
    const look = (body: Narrowing, by = steward) => by.client.call(routes.previewRequest, { params: { id: request }, body });
    const narrowed = await look({
      items: ['name'],
      rows: { op: 'between', item: 'code', low: '990100000000', high: '990100000199' },
      transformations: [{ item: 'name', transformation: { kind: 'keep', first: 2, last: 0 } }],
      from: 18,
      limit: 200,
    });
    assert.equal(narrowed.rows, 20);
    assert.equal(narrowed.from, 18);
    assert.deepEqual(narrowed.sample, [['第1*******'], ['第1*******']]);
    await assert.rejects(look({ items: ['provinceCode'] }), refusedWith('grant-wider-than-request'));
    await assert.rejects(look({ rows: { op: '=', item: 'mortgage', value: '1' } }), refusedWith('item-unknown'));
    await assert.rejects(
      look({ transformations: [{ item: 'name', transformation: { kind: 'year' } }] }),
      refusedWith('transformation-not-possible'),
    );

    // The office head looks at what waits for approval, and at nothing else.
    const proposal = await steward.client.call(routes.decideRequest, {
      params: { id: request },
      body: {
        decision: 'agree-in-part',
        condition: '仅用于履行法定职责。',
        items: ['name'],
        rows: { op: '=', item: 'code', value: '990100000010' },
      },
    });
    const waiting = await look({ proposal: proposal.id }, providerHead);
    assert.deepEqual(waiting, { rows: 1, items: ['name'], from: 0, sample: [['第10村民委员会']] });
    await assert.rejects(look({ proposal: proposal.id, items: ['name'] }), refusedWith('bad-input'));
    await assert.rejects(look({ proposal: request }), refusedWith('unknown'));
    await assert.rejects(
      city.requesterHead.client.call(routes.previewRequest, { params: { id: request }, body: { proposal: proposal.id } }),
      refusedWith('unknown'),
    );
    await steward.client.call(routes.returnProposal, { params: { id: proposal.id }, body: { reason: '重新拟定' } });
    await assert.rejects(look({ proposal: proposal.id }), refusedWith('wrong-state'));

    const listed = await city.steward.client.call(routes.requests, { query: { side: 'to', state: 'submitted' } });
    const mine = listed.items.find(({ id }) => id === request);
    assert.equal(mine?.workingDaysLeft, 10);
  });

  test('a requester counts before asking, and learns nothing of few; each count is logged', async () => {
    const { requester, steward } = city;
    const count = (rows: RowScope, of = dataset, by = requester) =>
      by.client.call(routes.countRows, { params: { id: of }, body: { rows } });
    const province: RowScope = { op: '=', item: 'provinceCode', value: '42' };
    assert.deepEqual(await count(province), { total: 1000, rows: 100, rounded: false });
    assert.deepEqual(await count(province), { total: 1000, rows: 100, rounded: false });
    const one: RowScope = { op: '=', item: 'code', value: '990100000000' };
    const none: RowScope = { op: '=', item: 'code', value: '1' };
    assert.deepEqual(await count(one), { total: 1000, fewerThan: 10 });
    assert.deepEqual(await count(none), { total: 1000, fewerThan: 10 });
    assert.deepEqual(await count({ op: 'not', of: one }), await count({ op: 'not', of: none }));
    await assert.rejects(count({ op: '=', item: 'mortgage', value: '1' }), refusedWith('item-unknown'));
    await assert.rejects(count(province, dataset, steward), refusedWith('not-allowed'));
    await assert.rejects(count(province, '0'.repeat(32)), refusedWith('unknown'));

    const database = await connect(exchange.database.apiUrl, { poolSize: 1 });
    try {
      const lines = await postgresAuditLog(database).list(new Date(Date.now() + 60_000).toISOString(), 50);
      const counted = lines.filter(({ code }) => code === 'counted');
      assert.equal(counted.length, 6);
      assert.equal(counted.at(-1)?.person, requester.id);
      assert.equal(counted.at(-1)?.details?.['rows'], 100);
    } finally {
      await database.close();
    }
  });

  test('a delivery without a receipt is told to the supervisor once, and its payload goes after its days', async () => {
    const { requester, supervisor } = city;
    const right = await granted(city, dataset);
    const { delivery } = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
    await deliveryIn(requester, delivery, 'prepared');
    const later = { now: () => new Date(Date.now() + 4 * 86_400_000) };
    const database = await connect(exchange.database.workerUrl, { poolSize: 2 });
    try {
      const vault = openVault(loadVaultKey(join(exchange.dataDir, 'vault.key')));
      const context = await openExchangeContext(database, { vault, clock: later });
      const data = openDataPlane({ kind: 'folder', folder: join(exchange.dataDir, 'payloads') }, memoryFolderIn('/dev/shm'), 512);
      const clocks = new RunClocks(context, data, { receiptDays: 3, orphanHours: 24 });
      await clocks.execute();
      await clocks.execute();
    } finally {
      await database.close();
    }
    const notices = await supervisor.client.call(routes.notices, { query: {} });
    const told = notices.items.filter(({ kind, subject }) => kind === 'receipt-missing' && subject === delivery);
    const { datasetTitle, granteeName } = await requester.client.call(routes.delivery, { params: { id: delivery } });
    assert.deepEqual(
      told.map(({ sentence }) => sentence.zh),
      [`「${datasetTitle}」：提供给${granteeName}的数据已超过 3 天未收到回执。`],
    );
  });

  test('a delivery that fails says all of why, though the ledger holds its code alone', async () => {
    const { requester } = city;
    const items = ['code', 'Code', 'name'].map((name): Item => ({
      name,
      title: `名称${name}`,
      type: 'C',
      required: true,
      personal: false,
    }));
    const alike = await published(
      city,
      villageEntry({ items, resourceCode: '3/1/1/1/000077' }),
      Buffer.from('code,Code,name\n1,2,3\n'),
    );
    const right = await granted(city, alike, { items: ['code', 'Code', 'name'], rows: { op: 'all' }, formats: ['jsonl'] });
    const pull = await requester.client.call(routes.pull, { params: { id: right }, body: { format: 'jsonl' } });
    const { problem } = await deliveryIn(requester, pull.delivery, 'failed');
    assert.equal(problem?.code, 'item-names-alike');
    assert.equal(
      problem.title.en,
      'Names of items differ only in case: code, Code. This format cannot tell them apart; take CSV.',
    );
  });

  test('keys rotate: what the old one signed stays verifiable, what it signs later is refused', async () => {
    const { competentHead, codes, supervisor } = city;
    const before = (await competentHead.client.call(routes.department, { params: { code: codes.provider } })).keys[0];
    const next = await competentHead.client.call(routes.nominateKey, {
      params: { code: codes.provider },
      body: { custody: 'exchange' },
    });
    await settled(competentHead, next);
    const end = await competentHead.client.call(routes.endKey, {
      params: { code: codes.provider, keyId: before?.keyId ?? '' },
      body: { reason: 'rotated', password: competentHead.password },
    });
    await settled(competentHead, end);
    const right = await granted(city, dataset);
    const grant = await supervisor.client.call(routes.trail, { query: { right, type: 'right.granted' } });
    assert.notEqual(grant.items[0]?.statement.keyId, before?.keyId);
    assert.deepEqual((await supervisor.client.call(routes.audit, {})).differences, []);
  });
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(50);
  }
  throw new Error('It did not come');
}
