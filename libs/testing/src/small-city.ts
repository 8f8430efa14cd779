import { setTimeout as sleep } from 'node:timers/promises';
import {
  routes,
  usccCheckCharacter,
  type Client,
  type DatasetEntry,
  type DeliveryView,
  type Item,
  type ProposalView,
  type Role,
} from '#contracts';
import { generateAgeIdentity } from '#crypto';

/** What a test needs of an exchange to people it: `startExchange` and `launchExchange` both give it. */
export interface OpenExchange {
  client(token?: string): Client;
  setUpToken(): Promise<string>;
}

/** A made-up department code: a region that does not exist, and a right check character. */
export function departmentCode(number: number): string {
  const first17 = `1199010000000000${number}`.slice(-17).padStart(17, '1');
  return first17 + usccCheckCharacter(first17);
}

/** Somebody who is logged in. */
export interface TestPerson {
  readonly id: string;
  readonly login: string;
  readonly password: string;
  readonly department: string;
  readonly token: string;
  readonly client: Client;
}

/** The fewest people with whom the whole job can be done: a competent department, a provider and a requesting department. */
export interface SmallCity {
  readonly exchange: OpenExchange;
  readonly codes: { readonly competent: string; readonly provider: string; readonly requester: string };
  readonly competentHead: TestPerson;
  readonly operator: TestPerson;
  readonly supervisor: TestPerson;
  readonly steward: TestPerson;
  readonly providerHead: TestPerson;
  readonly requester: TestPerson;
  readonly requesterHead: TestPerson;
  /** The requesting department's age identities: the exchange never sees them. */
  readonly identities: readonly string[];
  readonly recipients: readonly string[];
}

export const testPassword = 'correct horse battery staple';

/** Sets up a small city through the API, as its people would. */
export async function foundSmallCity(exchange: OpenExchange): Promise<SmallCity> {
  const codes = { competent: departmentCode(1), provider: departmentCode(2), requester: departmentCode(3) };
  const anybody = exchange.client();
  await anybody.call(routes.setUp, {
    body: {
      token: await exchange.setUpToken(),
      department: { code: codes.competent, name: '示例市数据局', level: 'city', region: '990100' },
      officeHead: { login: 'head', name: '张主任', password: testPassword },
      operator: { login: 'operator', name: '李运维', password: testPassword },
    },
  });
  const competentHead = await logIn(exchange, 'head', testPassword);
  const operator = await logIn(exchange, 'operator', testPassword);
  for (const [code, name] of [
    [codes.provider, '示例市公安局'],
    [codes.requester, '示例市民政局'],
  ] as const) {
    const admitted = await competentHead.client.call(routes.admitDepartment, {
      body: { code, name, level: 'city', region: '990100', parent: codes.competent },
    });
    await settled(competentHead, admitted);
    const key = await competentHead.client.call(routes.nominateKey, { params: { code }, body: { custody: 'exchange' } });
    await settled(competentHead, key);
  }
  const identities: string[] = [];
  const recipients: string[] = [];
  for (const label of ['值班室', '保险柜备份']) {
    const made = await generateAgeIdentity();
    identities.push(made.identity);
    recipients.push(made.recipient);
    const nominated = await competentHead.client.call(routes.nominateRecipient, {
      params: { code: codes.requester },
      body: { recipient: made.recipient, label },
    });
    await settled(competentHead, nominated);
  }
  const add = (login: string, name: string, department: string, roles: Role[]) =>
    addPerson(exchange, competentHead, { login, name, department, roles });
  return {
    exchange,
    codes,
    competentHead,
    operator,
    supervisor: await add('supervisor', '王监管', codes.competent, ['supervisor']),
    steward: await add('steward', '赵专员', codes.provider, ['steward']),
    providerHead: await add('provider-head', '钱负责人', codes.provider, ['office-head']),
    requester: await add('requester', '孙使用', codes.requester, ['requester']),
    requesterHead: await add('requester-head', '周负责人', codes.requester, ['office-head']),
    identities,
    recipients,
  };
}

async function addPerson(
  exchange: OpenExchange,
  by: TestPerson,
  person: { login: string; name: string; department: string; roles: Role[] },
): Promise<TestPerson> {
  const added = await by.client.call(routes.addPerson, { body: person });
  await settled(by, added.proposal);
  return logIn(exchange, person.login, added.password);
}

export async function logIn(exchange: OpenExchange, login: string, password: string): Promise<TestPerson> {
  const { person, token } = await exchange.client().call(routes.logIn, { body: { login, password, as: 'token' } });
  if (token === undefined) throw new Error('No token');
  return {
    id: person.id,
    login,
    password,
    department: person.memberships[0]?.department ?? '',
    token,
    client: exchange.client(token),
  };
}

/** Waits until a proposal is sealed; throws what it was refused with. */
export async function settled(by: TestPerson, proposal: ProposalView): Promise<ProposalView> {
  const deadline = Date.now() + 20_000;
  for (let now = proposal; ; now = await by.client.call(routes.proposal, { params: { id: proposal.id } })) {
    if (now.state === 'sealed') return now;
    if (now.state === 'rejected') throw new Error(`Rejected: ${JSON.stringify(now.problem)}`);
    if (Date.now() > deadline) throw new Error(`${now.type} is still ${now.state}`);
    await sleep(15);
  }
}

/** The office head approves, and the statement is sealed. */
export async function approved(head: TestPerson, proposal: ProposalView): Promise<ProposalView> {
  return settled(
    head,
    await head.client.call(routes.approve, { params: { id: proposal.id }, body: { password: head.password } }),
  );
}

/** Waits until a delivery is in one of these states. */
export async function deliveryIn(by: TestPerson, id: string, ...states: DeliveryView['state'][]): Promise<DeliveryView> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const delivery = await by.client.call(routes.delivery, { params: { id } });
    if (states.includes(delivery.state)) return delivery;
    if (Date.now() > deadline) throw new Error(`The delivery is still ${delivery.state} (${delivery.stage})`);
    await sleep(30);
  }
}

/** A small register of villages: code, name, province. */
export const villageItems: Item[] = [
  { name: 'code', title: '代码', type: 'C', required: true, personal: false },
  { name: 'name', title: '名称', type: 'C', required: true, personal: false },
  { name: 'provinceCode', title: '省级代码', type: 'C', required: true, personal: false },
];
export function villageEntry(change: Partial<DatasetEntry> = {}): DatasetEntry {
  return {
    title: '行政村名录',
    resourceCode: '3/1/1/1/000001',
    category: '部门/民政/区划',
    abstract: '行政村与社区的代码和名称。',
    format: '2',
    items: villageItems,
    shareType: 'conditional',
    shareCondition: '仅用于履行法定职责。',
    shareMethods: ['file'],
    open: false,
    updateCycle: '6',
    publishedOn: '2026-01-01',
    classification: '区划',
    grade: '一般',
    relatedCodes: [],
    ...change,
  };
}

/** Rows of that register; every tenth is in province 42. */
export function villageCsv(rows: number): Buffer {
  const lines = ['code,name,provinceCode'];
  for (let i = 0; i < rows; i++) lines.push(`${990100000000 + i},第${i}村民委员会,${i % 10 === 0 ? '42' : '11'}`);
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** Enters a dataset and publishes a version from a CSV file; the dataset's id. */
export async function published(city: SmallCity, entry: DatasetEntry, csv: Buffer): Promise<string> {
  const { steward } = city;
  const entered = await settled(steward, await steward.client.call(routes.enterDataset, { body: { entry, noSecrets: true } }));
  await publishCsv(steward, entered.id, csv);
  return entered.id;
}

export async function publishCsv(steward: TestPerson, dataset: string, csv: Buffer): Promise<void> {
  const upload = await steward.client.call(
    routes.publishVersion,
    { params: { id: dataset }, query: { fileName: 'data.csv', noSecrets: 'true' } },
    { stream: new Blob([new Uint8Array(csv)]).stream() },
  );
  if (!upload.proposal) throw new Error('No proposal');
  await settled(steward, upload.proposal);
}

/** What a request asks, changed where a test wants it. */
export function askedFor(change: object = {}) {
  return {
    purpose: { basis: '《社会救助暂行办法》第十七条', scenario: '社会救助家庭经济状况核对' },
    items: ['code', 'name'],
    rows: { op: '=' as const, item: 'provinceCode', value: '42' },
    method: 'file' as const,
    formats: ['csv' as const],
    window: { from: '2026-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' },
    quota: { pulls: 100, rows: 10_000_000, pullsPerDay: 100 },
    ...change,
  };
}

/** Asks for a right and has it granted as asked; the right's id. */
export async function granted(city: SmallCity, dataset: string, asked: object = {}): Promise<string> {
  const { requester, requesterHead, steward, providerHead } = city;
  const request = await requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor(asked) } });
  await approved(requesterHead, request);
  const decision = await steward.client.call(routes.decideRequest, { params: { id: request.id }, body: { decision: 'agree' } });
  const grant = await approved(providerHead, decision);
  return grant.id;
}
