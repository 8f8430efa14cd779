// A dataset, a request and a right that tests start from. For tests only: the door does not open here.
import { createHash } from 'node:crypto';
import {
  datasetEntrySchema,
  rightTermsSchema,
  sealedEntrySchema,
  usccCheckCharacter,
  type Asked,
  type Item,
  type RightTerms,
  type States,
} from '#contracts';

/** A random-looking id that is the same in every run. */
export function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}
export function hexOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}
/** A credit code with its right check character. */
export function departmentOf(n: number): string {
  const first17 = `11990101${String(n).padStart(9, '0')}`;
  return first17 + usccCheckCharacter(first17);
}

export const provider = departmentOf(1);
export const requester = departmentOf(2);
export const competent = departmentOf(3);
export const stranger = departmentOf(4);
export const datasetId = idOf('dataset');
export const versionId = idOf('version');
export const requestId = idOf('request');
export const rightId = idOf('right');
export const headOfProvider = idOf('head of provider');
export const headOfRequester = idOf('head of requester');

export const items: Item[] = [
  { name: 'code', title: '不动产单元号', type: 'C', required: true, personal: false },
  { name: 'province', title: '省级代码', type: 'I', required: true, personal: false },
  { name: 'location', title: '坐落', type: 'C', required: false, personal: false },
  { name: 'area', title: '面积', type: 'N', scale: 2, required: false, personal: false },
  { name: 'registered', title: '登记日期', type: 'D', required: false, personal: false },
  { name: 'mortgaged', title: '抵押', type: 'L', required: false, personal: false },
  {
    name: 'owner',
    title: '权利人',
    type: 'C',
    required: true,
    personal: true,
    mask: { kind: 'keep', first: 1, last: 0 },
  },
  {
    name: 'ownerId',
    title: '证件号码',
    type: 'C',
    required: true,
    personal: true,
    mask: { kind: 'keep', first: 6, last: 4 },
  },
  { name: 'phone', title: '联系电话', type: 'C', required: false, personal: true },
];

const plainEntry = datasetEntrySchema.parse({
  title: '不动产登记信息',
  resourceCode: '3/01/001',
  category: '部门',
  abstract: '不动产登记簿中的坐落、面积、权利人与抵押。',
  format: '3',
  items,
  shareType: 'conditional',
  shareCondition: '用于社会救助家庭经济状况核对。',
  shareMethods: ['file'],
  open: false,
  updateCycle: '2',
  publishedOn: '2025-08-01',
  classification: '自然资源',
  grade: '重要',
  relatedCodes: [],
});
export const entry = sealedEntrySchema.parse({
  ...plainEntry,
  abstract: hexOf('abstract'),
  shareCondition: hexOf('condition'),
});

export const dataset: States['dataset'] = {
  provider,
  entry,
  versions: 1,
  latestVersion: versionId,
  enteredAt: '2025-09-01T00:00:00.000Z',
  last: versionId,
};
/** The same shared without conditions, the phone masked by rule. */
export const unconditional: States['dataset'] = {
  ...dataset,
  entry: {
    ...entry,
    shareType: 'unconditional',
    items: items.map((item) => (item.name === 'phone' ? { ...item, mask: { kind: 'keep', first: 3, last: 4 } } : item)),
  },
};

export const version: States['version'] = {
  dataset: datasetId,
  number: 1,
  rows: 1000,
  commitment: hexOf('content'),
  schemaDigest: hexOf('schema'),
  parts: 1,
  publishedAt: '2025-09-01T00:00:00.000Z',
  last: versionId,
};

export const asked: Asked = {
  purpose: { basis: hexOf('basis'), scenario: hexOf('scenario') },
  items: ['area', 'location', 'ownerId'],
  rows: { op: '=', item: 'province', value: '42' },
  method: 'file',
  formats: ['csv', 'parquet'],
  window: { from: '2025-09-30T16:00:00.000Z', until: '2026-09-30T16:00:00.000Z' },
  quota: { pulls: 5, rows: 4000, pullsPerDay: 2 },
};

export const request: States['request'] = {
  dataset: datasetId,
  from: requester,
  to: provider,
  asked,
  state: 'submitted',
  supplementAsked: false,
  receivedAt: '2025-09-25T02:00:00.000Z',
  last: requestId,
};

export const terms: RightTerms = rightTermsSchema.parse({
  dataset: datasetId,
  version: 'latest',
  grantor: provider,
  grantee: requester,
  purpose: asked.purpose,
  items: ['location', 'area', 'ownerId'],
  rows: asked.rows,
  transformations: [{ item: 'ownerId', transformation: { kind: 'keep', first: 6, last: 4 } }],
  method: 'file',
  formats: asked.formats,
  window: asked.window,
  quota: asked.quota,
  obligations: { accountForUse: true },
});

export const right: States['right'] = {
  request: requestId,
  terms,
  decision: 'agree',
  state: 'in-force',
  grantedAt: '2025-10-01T00:00:00.000Z',
  usedPulls: 0,
  usedRows: 0,
  day: '',
  dayPulls: 0,
  last: rightId,
};

export const recipients = [`age1${'q'.repeat(58)}`, `age1${'p'.repeat(58)}`];
/** Within the window, 10:00 in China. */
export const now = '2025-10-15T02:00:00.000Z';
