import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRight, type RightNames } from './describe-right.js';
import { describeScope } from './describe-scope.js';
import { items, terms } from './samples/sample-share.js';

const names: RightNames = {
  dataset: '不动产登记信息',
  grantor: '自然资源局',
  grantee: '民政局',
  items,
  purpose: { basis: '《社会救助暂行办法》第五十八条', scenario: '低保家庭经济状况核对' },
};

test('one sentence says who may use what, for which purpose, until when, and what it owes', () => {
  assert.equal(
    describeRight({ ...terms, obligations: { accountForUse: true, deleteBy: '2026-12-31' } }, names, 'zh'),
    '民政局自 2025-10-01 起至 2026-09-30 止，为“低保家庭经济状况核对”（依据：《社会救助暂行办法》第五十八条），' +
      '可以文件方式使用自然资源局“不动产登记信息”的坐落、面积、证件号码（证件号码只留前 6 后 4 位），限于省级代码为 42 的数据行；' +
      '最多提取 5 次、每日 2 次、共 4000 行，格式 CSV、Parquet；不得超出用途，不得向第三方提供，须记录使用情况，须于 2026-12-31 前销毁。',
  );
  const english = {
    dataset: 'Real estate register',
    grantor: 'The land bureau',
    grantee: 'Civil affairs',
    items: items.map((item) => ({ ...item, title: item.name })),
    purpose: { basis: 'Art. 58', scenario: 'means test' },
  };
  assert.equal(
    describeRight(terms, english, 'en'),
    "Civil affairs may use location, area, ownerId of The land bureau's “Real estate register”, where province is 42, " +
      'with ownerId cut to its first 6 and last 4, as files (CSV, Parquet), for “means test” on the basis of Art. 58, ' +
      'from 2025-10-01 through 2026-09-30, at most 5 pulls, 2 a day, 4000 rows in all; ' +
      'not for another purpose, not passed on, with its use accounted for.',
  );
});

test('what a sentence may not hide: no mask, one version, a window by the hour', () => {
  const open = describeRight({ ...terms, transformations: [], version: '0123456789abcdef0123456789abcdef' }, names, 'zh');
  assert.match(open, /不脱敏/);
  assert.match(open, /仅数据版本 89abcdef/);
  assert.match(describeRight({ ...terms, rows: { op: 'all' } }, names, 'zh'), /），全部数据行；/);
  const byHour = describeRight({ ...terms, window: { ...terms.window, until: '2026-01-01T04:30:00.000Z' } }, names, 'zh');
  assert.match(byHour, /至 2026-01-01 12:30（不含）止/);
  const erased = describeRight(terms, { ...names, purpose: { basis: '', scenario: '' } }, 'zh');
  assert.match(erased, /为“（未公开）”/);
});

test('a scope reads as what it is, with brackets where they matter', () => {
  const is = (item: string, value: string) => ({ op: '=' as const, item, value });
  const rows = {
    op: 'and' as const,
    of: [
      { op: 'or' as const, of: [is('province', '42'), is('province', '43')] },
      { op: 'not' as const, of: { op: 'prefix' as const, item: 'code', value: '99' } },
    ],
  };
  assert.equal(describeScope(rows, items, 'zh'), '（省级代码为 42 或 省级代码为 43） 且 不符合“不动产单元号以 99 开头”');
  assert.equal(describeScope({ op: 'all' }, items, 'en'), 'all rows');
  const many = { op: 'in' as const, item: 'province', values: Array.from({ length: 12 }, (_, i) => String(i)) };
  assert.equal(describeScope(many, items, 'zh'), '省级代码为 0、1、2、3、4、5、6、7、8、9 等 12 个值之一');
});
