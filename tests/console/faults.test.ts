import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes } from '#contracts';
import { randomId } from '#crypto';
import {
  approved,
  askedFor,
  foundSmallCity,
  launchExchange,
  published,
  villageCsv,
  villageEntry,
  type LaunchedExchange,
  type SmallCity,
} from '#testing';
import type { Browser, Page } from 'playwright-core';
import { noChromium, openChromium, screenshot, Seat, wantsShots } from './browser.js';
import { add, begun } from '../uploads/tus.js';
import { holdingProxy } from './holding-proxy.js';

const submitName = '提交本部门负责人审批';
const noRights = '本部门还没有使用权';
const live = (page: Page, state: string) => page.getByRole('status', { name: state, exact: true });

describe('nothing lost, nothing twice', { skip: noChromium }, () => {
  let exchange: LaunchedExchange;
  let browser: Browser;
  let city: SmallCity;
  let dataset: string;
  before(async () => {
    [exchange, browser] = await Promise.all([launchExchange(), openChromium()]);
    city = await foundSmallCity(exchange);
    dataset = await published(city, villageEntry(), villageCsv(50));
  });
  after(async () => {
    await browser?.close();
    await exchange?.remove();
  });

  /** How many proposals there are to ask for data in this scenario. */
  async function askedTimes(scenario: string): Promise<number> {
    const { items } = await city.requester.client.call(routes.proposals, {
      query: { state: 'all', type: 'request.submitted', limit: 200 },
    });
    return items.filter((one) => Object.values(one.texts).some(({ text }) => text === scenario)).length;
  }

  /** A requester before the form, filled in. */
  async function filledForm(scenario: string): Promise<Seat> {
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    await seat.logIn(city.requester);
    await seat.go(`/ask/${dataset}`);
    await seat.page.getByLabel('使用依据', { exact: true }).fill('《社会救助暂行办法》第十七条');
    await seat.page.getByLabel('使用场景', { exact: true }).fill(scenario);
    return seat;
  }
  const isFilled = async (page: Page, scenario: string) =>
    assert.equal(await page.getByLabel('使用场景', { exact: true }).inputValue(), scenario);

  test('a session lost in the middle of a form: one logs in above it, nothing is lost, and it is sent', async () => {
    const scenario = '会话中断时的核对';
    const seat = await filledForm(scenario);
    const { page } = seat;
    seat.expect(/status of 401/);
    await seat.context.clearCookies();
    await page.getByRole('button', { name: submitName }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('密码').fill(city.requester.password);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await isFilled(page, scenario);
    await page.getByText('登录后请再提交一次').waitFor();
    await page.getByRole('button', { name: submitName }).click();
    await page.waitForURL('**/requests/*');
    assert.equal(await askedTimes(scenario), 1);
    seat.check('a lost session');
    await seat.close();
  });

  test('a session lost while reading: nothing is said of sending, and what was to be shown comes after logging in', async () => {
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    const { page } = seat;
    seat.expect(/status of 401/);
    await seat.logIn(city.requester);
    await seat.context.clearCookies();
    await seat.goBare('/rights');
    await page.getByText('会话已结束，登录后即可看到。').waitFor();
    assert.equal(await page.getByText('请再提交一次').count(), 0);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('密码').fill(city.requester.password);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('会话已结束').waitFor({ state: 'detached' });
    await page.getByText(noRights).waitFor();
    seat.check('a session lost while reading');
    await seat.close();
  });

  test('a line lost while reading: nothing is said of sending, and it is read when the line is back', async () => {
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    const { page } = seat;
    seat.expect(/ERR_FAILED/);
    await seat.logIn(city.requester);
    await page.route('**/api/rights**', (route) => route.abort());
    await seat.goBare('/rights');
    await page.getByText('没有收到平台的答复，连上后请再试一次。').waitFor();
    assert.equal(await page.getByText('再提交一次').count(), 0);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByRole('button', { name: '再试一次' }).click();
    await page.getByText(noRights).waitFor();
    seat.check('a line lost while reading');
    await seat.close();
  });

  test('Enter after a value of a condition sends nothing', async () => {
    const scenario = '填写条件时的核对';
    const seat = await filledForm(scenario);
    const { page } = seat;
    await page.getByRole('button', { name: '添加条件' }).click();
    await page.getByRole('combobox', { name: '数据项' }).click();
    await page.locator('.ant-select-item-option', { hasText: '名称' }).first().click();
    const value = page.getByLabel('值', { exact: true });
    await value.fill('示例');
    await value.press('Enter');
    // What would be sent without asking is on its way by now.
    await page.getByText(/行，共 50 行/).waitFor();
    assert.equal(await askedTimes(scenario), 0);
    await isFilled(page, scenario);
    seat.check('a value of a condition');
    await seat.close();
  });

  test('code that was fetched ahead in vain is no fault, and is there when it is needed', async () => {
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    const { page } = seat;
    seat.expect(/ERR_FAILED|status of 401/);
    await seat.logIn(city.requester);
    const ahead = /\/assets\/(log-in-again|focus-return)-/;
    await page.route(ahead, (route) => route.abort());
    const isTried = page.waitForEvent('requestfailed', (request) => ahead.test(request.url()));
    await page.reload();
    await isTried;
    await seat.settle();
    seat.check('code that does not come');

    await page.unroute(ahead);
    await seat.context.clearCookies();
    await seat.go('/requests');
    await page.getByRole('dialog').getByLabel('密码').waitFor();
    seat.check('code that comes at last');
    await seat.close();
  });

  test('somebody else logs in in another tab of the same browser: no page goes on showing the first person', async () => {
    const scenario = '同一浏览器换人时的核对';
    const seat = await filledForm(scenario);
    const { page } = seat;
    const other = await seat.context.newPage();
    await other.goto('/login');
    await other.getByLabel('登录名').fill(city.requesterHead.login);
    await other.getByLabel('密码').fill(city.requesterHead.password);
    await other.keyboard.press('Enter');
    await page.getByRole('button', { name: '周负责人' }).waitFor();
    await other.close();
    // What the first typed is the first's: it is there when that person is back.
    await seat.context.clearCookies();
    await seat.logIn(city.requester);
    await seat.go(`/ask/${dataset}`);
    await isFilled(page, scenario);
    await seat.close();
  });

  test('a double click sends once', async () => {
    const scenario = '连点两次的核对';
    const seat = await filledForm(scenario);
    await seat.page.getByRole('button', { name: submitName }).dblclick();
    await seat.page.waitForURL('**/requests/*');
    assert.equal(await askedTimes(scenario), 1);
    seat.check('a double click');
    await seat.close();
  });

  test('an answer lost after the exchange did it: sending again is no second request', async () => {
    const scenario = '答复丢失时的核对';
    const seat = await filledForm(scenario);
    const { page } = seat;
    seat.expect(/ERR_FAILED/);
    const keys: (string | undefined)[] = [];
    await page.route('**/api/requests', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback();
      keys.push(route.request().headers()['idempotency-key']);
      if (keys.length > 1) return route.fallback();
      await route.fetch();
      return route.abort();
    });
    await page.getByRole('button', { name: submitName }).click();
    await page.getByText('没有收到平台的答复').waitFor();
    await isFilled(page, scenario);
    await page.getByRole('button', { name: submitName }).click();
    await page.waitForURL('**/requests/*');
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal(await askedTimes(scenario), 1);
    seat.check('a lost answer');
    await seat.close();
  });

  test('a slow line and a reload: the draft is back', async () => {
    const scenario = '线路缓慢时的核对';
    const seat = await filledForm(scenario);
    const { page } = seat;
    await page.route('**/api/**', async (route) => {
      await new Promise((done) => setTimeout(done, 300));
      await route.fallback();
    });
    await page.reload();
    await seat.settle();
    await isFilled(page, scenario);
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    seat.check('a slow line');
    await seat.close();
  });

  test('two people on one request: the second is told that a decision is under way', async () => {
    const asked = await city.requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor() } });
    const { id } = await approved(city.requesterHead, asked);
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    const { page } = seat;
    await seat.logIn(city.steward);
    await seat.go(`/inbox/requests/${id}`);
    const submit = page.getByRole('button', { name: '提交负责人审批' });
    await submit.waitFor();
    // What the other did reaches this page by no news: it looks as it did when it was opened.
    await page.route('**/api/proposals**', (route) => route.abort());
    await page.route('**/api/events', (route) => route.abort());
    const first = await city.steward.client.call(routes.decideRequest, { params: { id }, body: { decision: 'agree' } });
    seat.expect(/status of 409/, /ERR_FAILED/);
    await submit.click();
    const note = page.getByRole('alert');
    await note.getByText('decision-waiting').or(note.locator('code')).first().waitFor();
    assert.ok(
      await note
        .getByRole('link')
        .first()
        .getAttribute('href')
        .then((to) => to?.endsWith(first.id)),
      'the way forward',
    );
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    seat.check('two people on one request');
    await seat.close();
  });

  test('the exchange is killed and comes back: what is typed stays, lists read on, the dot tells', async () => {
    const scenario = '平台重启时的核对';
    const seat = await filledForm(scenario);
    const list = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    for (const one of [seat, list]) one.expect(/ERR_|status of 50\d|NetworkError|Failed to load/);
    await list.logIn(city.requesterHead);
    await list.go('/inbox');
    await live(list.page, '实时更新').waitFor();
    await exchange.kill('api');
    await live(list.page, '与平台失去联系，正在重连').waitFor();
    await exchange.untilReady();
    await live(list.page, '实时更新').waitFor();
    await isFilled(seat.page, scenario);
    await live(seat.page, '实时更新').waitFor();
    await seat.page.getByRole('button', { name: submitName }).click();
    await seat.page.waitForURL('**/requests/*');
    assert.equal(await askedTimes(scenario), 1);
    // The list hears of it without being asked again.
    const { items } = await city.requesterHead.client.call(routes.proposals, { query: { limit: 200 } });
    await list.page
      .getByRole('radio', { name: new RegExp(`等我办理 ${items.filter(({ state }) => state === 'awaiting-approval').length}$`) })
      .waitFor({ state: 'attached' });
    for (const one of [seat, list]) {
      one.check('a restart');
      await one.close();
    }
  });

  test('a proxy that holds the news back: the console asks by itself and stays fresh', async () => {
    const proxy = await holdingProxy(exchange.baseUrl);
    try {
      const seat = await Seat.take(browser, { baseUrl: proxy.baseUrl });
      const { page } = seat;
      await seat.logIn(city.requesterHead);
      await seat.go('/inbox');
      await live(page, '每 5 秒更新').waitFor();
      const scenario = '代理缓存消息时的核对';
      const before = await page.locator('tr.row-link').count();
      await city.requester.client.call(routes.submitRequest, {
        body: { dataset, asked: askedFor({ purpose: { basis: '《社会救助暂行办法》第十七条', scenario } }) },
      });
      const since = performance.now();
      await page.locator('tr.row-link').nth(before).waitFor();
      const staleMs = performance.now() - since;
      assert.ok(staleMs < 10_000, `the list was stale for ${staleMs} ms`);
      seat.check('a holding proxy');
      await seat.close();
    } finally {
      await proxy.close();
    }
  });

  test('an upload over a line that breaks goes on; after a reload, with the same file chosen again', async () => {
    const csv = villageCsv(1000);
    const half = Math.floor(csv.length / 2);
    const { id, url } = await begun(city.steward, exchange.baseUrl, dataset, csv.length, { fileName: '名录.csv' });
    await add(city.steward, url, 0, csv.subarray(0, half));
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    const { page } = seat;
    seat.expect(/ERR_INTERNET_DISCONNECTED|Failed to load/);
    await seat.logIn(city.steward);
    const kept = JSON.stringify({ id, name: '名录.csv', sizeBytes: csv.length, choices: {} });
    await page.evaluate(`localStorage.setItem('quanlian.upload.${dataset}', ${JSON.stringify(kept)})`);
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().includes('/uploads')) sent.push('POST');
      if (request.method() === 'PATCH') sent.push(`PATCH ${request.headers()['upload-offset']}`);
    });
    const choose = async () => {
      await page.locator('input[type=file]').setInputFiles({ name: '名录.csv', mimeType: 'text/csv', buffer: csv });
      await page.getByText('已核对全部 1,000 行，没有问题。').waitFor();
      await page.getByText('我确认：不含国家秘密、工作秘密').click();
    };
    const upload = page.getByRole('button', { name: '上传并发布' });
    await seat.go(`/publish/${dataset}`);
    await page.getByText('上传未完成').waitFor();
    await choose();
    await upload.click();
    await page.getByText('已上传：1,000 行').waitFor();
    assert.deepEqual(sent, [`PATCH ${half}`], 'only what was missing was sent');

    await page.getByRole('button', { name: '知道了' }).first().click();
    await choose();
    await seat.context.setOffline(true);
    await upload.click();
    await page.getByText('连接中断，正在重试').waitFor();
    await seat.context.setOffline(false);
    await page.getByText('已上传：1,000 行').waitFor();
    seat.check('an upload over a broken line');
    await seat.close();
  });

  test('a key list that was on its way when the page went goes on; a key held here can be removed, and what is lost is said', async () => {
    const list = Buffer.from(`code\n${Array.from({ length: 5_000 }, (_, i) => 990100000000 + i).join('\n')}\n`);
    const { requester } = city;
    const client = requester.client;
    const id = randomId();
    const half = Math.floor(list.length / 2);
    const path = `/api/datasets/${dataset}/key-lists/uploads?${new URLSearchParams({ item: 'code', fileName: '名单.csv', upload: id }).toString()}`;
    const headers = {
      authorization: `Bearer ${requester.token}`,
      'tus-resumable': '1.0.0',
      'upload-length': String(list.length),
    };
    assert.equal((await fetch(`${exchange.baseUrl}${path}`, { method: 'POST', headers })).status, 201);
    await add(requester, `${exchange.baseUrl}/api/uploads/${id}`, 0, list.subarray(0, half));
    assert.equal((await client.call(routes.upload, { params: { id } })).bytes, half);

    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    const { page } = seat;
    await seat.logIn(requester);
    const kept = JSON.stringify({ id, item: 'code', name: '名单.csv', sizeBytes: list.length });
    await page.evaluate(`localStorage.setItem('quanlian.list.${requester.id}:${dataset}', ${JSON.stringify(kept)})`);
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') sent.push(request.headers()['upload-offset'] ?? '');
    });
    await seat.go(`/ask/${dataset}`);
    await page.getByText('“名单.csv”的上传没有完成').waitFor();
    if (wantsShots) await screenshot(seat, 'list-earlier', [360, 1280]);
    await page.locator('input[type=file]').setInputFiles({ name: '名单.csv', mimeType: 'text/csv', buffer: list });
    await page.getByText('“名单.csv”：收下 5000 个不同的键。').waitFor();
    assert.deepEqual(sent, [String(half)], 'only what was missing was sent');

    await page.evaluate(`new Promise((done) => {
      const opening = indexedDB.open('quanlian-keys', 1);
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore('signing', { keyPath: 'keyId' });
        opening.result.createObjectStore('identities', { keyPath: 'recipient' });
      };
      opening.onsuccess = () => {
        const put = opening.result.transaction('identities', 'readwrite').objectStore('identities').put({
          recipient: 'age1qqqqqqqqqqqqqqqqqq', department: '${city.codes.requester}', madeAt: '2026-01-02T03:04:05.000Z',
        });
        put.onsuccess = () => { opening.result.close(); done(); };
      };
    })`);
    await seat.go('/account');
    const remove = page.getByRole('button', { name: '移除 age1qqqqqqqqqq' });
    await remove.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('只加密给它的数据从此谁也打不开').waitFor();
    if (wantsShots) await screenshot(seat, 'remove-key', [360, 1280]);
    await dialog.getByRole('button', { name: '留着' }).click();
    await remove.click();
    await dialog.getByRole('button', { name: '移除' }).click();
    await remove.waitFor({ state: 'detached' });
    seat.check('lists that go on, keys that go');
    await seat.close();
  });
});
