import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes, type Item } from '#contracts';
import {
  approved,
  foundSmallCity,
  launchExchange,
  published,
  villageEntry,
  type LaunchedExchange,
  type SmallCity,
} from '#testing';
import type { Browser } from 'playwright-core';
import { noChromium, openChromium, screenshot, Seat, type Locale } from './browser.js';

const items: Item[] = [
  { name: 'plate', title: '号牌', type: 'C', required: true, personal: false },
  { name: 'ownerId', title: '证件号码', type: 'C', required: true, personal: true, mask: { kind: 'keep', first: 3, last: 4 } },
  { name: 'district', title: '区', type: 'C', required: true, personal: false },
];
const vehicles = Array.from(
  { length: 200 },
  (_, i) => `权A${10_000 + i},9901011980${10_000_000 + i},${i % 4 === 3 ? '990102' : '990101'}`,
);
const csv = Buffer.from(`plate,ownerId,district\n${vehicles.join('\n')}\n`);
const keys = Array.from({ length: 40 }, (_, i) => `9901011980${10_000_000 + i}`);

describe('a requester finds and asks', { skip: noChromium }, () => {
  let exchange: LaunchedExchange;
  let browser: Browser;
  let city: SmallCity;
  before(async () => {
    [exchange, browser] = await Promise.all([launchExchange(), openChromium()]);
    city = await foundSmallCity(exchange);
  });
  after(async () => {
    await browser?.close();
    await exchange?.remove();
  });

  for (const [n, locale] of (['zh', 'en'] as Locale[]).entries()) {
    test(`from the search to the right: ${locale}`, async () => {
      const title = `机动车登记信息${n + 1}`;
      const dataset = await published(city, villageEntry({ title, resourceCode: `3/1/1/1/00001${n}`, items }), csv);
      const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale });
      const { page } = seat;
      const say = (zh: string, en: string) => seat.say(zh, en);
      await seat.logIn(city.requester);

      // Find: typed words stand in the address; the entry says what to do.
      await seat.go('/find');
      await page.getByRole('searchbox', { name: say('名称、摘要、数据项或代码', 'Title, abstract, item or code') }).fill(title);
      await page.waitForURL(/text=/);
      await page.getByRole('row', { name: title }).click();
      await page.waitForURL(`**/find/${dataset}`);
      await page.getByText(say('有条件共享：申请时说明', 'Shared on conditions: state')).waitFor();
      await seat.settle();
      await seat.axe('/find/:dataset');
      await screenshot(seat, `find-entry-${locale}`);
      await page.getByRole('link', { name: say('去申请', 'Ask for it') }).click();

      // Ask: what is missing is said, a condition is counted, a key list is taken.
      const send = page.getByRole('button', { name: say('提交本部门负责人审批', 'Submit for approval by my office head') });
      await send.click();
      await page.getByText(say('有 2 处需要填写或更正', '2 fields need you')).waitFor();
      await page.getByLabel(say('使用依据', 'Legal basis'), { exact: true }).fill('《社会救助暂行办法》第十七条');
      await page.getByLabel(say('使用场景', 'Scenario'), { exact: true }).fill('低保家庭经济状况核对');
      await page.getByRole('button', { name: say('添加条件', 'Add a condition') }).click();
      await page.getByRole('combobox', { name: say('数据项', 'Item'), exact: true }).fill('区');
      await page.keyboard.press('Enter');
      await page.getByRole('textbox', { name: say('值', 'Value'), exact: true }).fill('990101');
      await page.getByText(say('约 150 行，共 200 行', 'About 150 of 200 rows')).waitFor();
      await page.getByRole('button', { name: say('按名单选取', 'By a key list') }).click();
      await page.locator('input[type=file]').setInputFiles({
        name: '名单.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(`证件号码\n${[...keys, keys[0]].join('\n')}\n`),
      });
      await page.getByText(say('“名单.csv”：收下 40 个不同的键。', '“名单.csv”: 40 different keys taken.')).waitFor();
      await page.getByText(say('不少于 30 行，共 200 行', 'At least 30 of 200 rows')).waitFor();

      // The draft survives a reload.
      await page.reload();
      await page.getByText(say('不少于 30 行，共 200 行', 'At least 30 of 200 rows')).waitFor();
      assert.equal(await page.getByLabel(say('使用场景', 'Scenario'), { exact: true }).inputValue(), '低保家庭经济状况核对');
      await seat.settle();
      await seat.axe('/ask/:dataset');
      await screenshot(seat, `ask-${locale}`);
      await seat.resize(360);
      assert.equal(await seat.overhang(), 0);
      await seat.resize(1280);
      // Twice in a hurry is once.
      await send.dblclick();

      // Its page, before the own office head has approved, and after.
      await page.waitForURL(/\/requests\/[0-9a-f]{32}$/);
      const request = page.url().slice(-32);
      await page.getByText(say('待审批', 'Awaiting approval')).first().waitFor();
      const waiting = await city.requesterHead.client.call(routes.proposals, {
        query: { about: dataset, type: 'request.submitted' },
      });
      assert.deepEqual(
        waiting.items.map(({ id }) => id),
        [request],
      );
      const [proposal] = waiting.items;
      assert.ok(proposal);
      await approved(city.requesterHead, proposal);
      await page.getByText(say('待答复', 'Awaiting a decision')).first().waitFor();
      await page.getByText(say('还剩 10 个工作日', '10 working days left')).waitFor();
      await seat.settle();
      await seat.axe('/requests/:id');

      // What is missing is asked for once, and answered.
      const steward = city.steward.client;
      const missing = await steward.call(routes.decideRequest, {
        params: { id: request },
        body: { decision: 'supplement', missing: '请补充核对对象的授权书。' },
      });
      await approved(city.providerHead, missing);
      await page.getByRole('button', { name: say('提交补充材料', 'Supply what is missing') }).click();
      await page.waitForURL('**/supplement');
      await page.getByText('请补充核对对象的授权书。').first().waitFor();
      await page.getByLabel(say('补充说明', 'What you supply')).fill('授权书均已归档，编号见附件。');
      await seat.axe('/requests/:id/supplement');
      await send.click();
      await page.waitForURL(`**/requests/${request}`);
      const answered = await city.requesterHead.client.call(routes.proposals, {
        query: { about: request, type: 'request.supplemented' },
      });
      assert.ok(answered.items[0]);
      await approved(city.requesterHead, answered.items[0]);
      await page.getByText(say('待答复', 'Awaiting a decision')).first().waitFor();

      // Granted: the request leads to the right, and the entry says so.
      const agreed = await steward.call(routes.decideRequest, { params: { id: request }, body: { decision: 'agree' } });
      await approved(city.providerHead, agreed);
      await page.getByRole('link', { name: say('查看使用权', 'See the right') }).waitFor();
      await page.getByText('授权书均已归档，编号见附件。').waitFor();
      await seat.settle();
      await screenshot(seat, `request-${locale}`);
      await seat.go(`/find/${dataset}`);
      await page.getByText(say('您的部门持有使用权，可提取至', 'Your department holds a right: it may pull through')).waitFor();
      await page.getByRole('link', { name: say('去提取', 'Pull data') }).waitFor();

      // The list of ours, by state.
      await seat.go('/requests?state=granted');
      await page.getByRole('row', { name: title }).waitFor();
      await seat.axe('/requests');
      seat.check('the journey');
      await seat.close();
    });
  }
});
