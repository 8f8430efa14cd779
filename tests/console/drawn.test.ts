import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes } from '#contracts';
import {
  foundSmallCity,
  published,
  startExchange,
  villageCsv,
  villageEntry,
  type SmallCity,
  type RunningExchange,
  type TestPerson,
} from '#testing';
import type { Browser, Page } from 'playwright-core';
import { noChromium, openChromium, Seat } from './browser.js';

// The first page comes drawn: with what stands in it, before any script of the console is there.

let exchange: RunningExchange;
let city: SmallCity;
let browser: Browser;
const title = '村居名录</script><b style="color:red">';

before(async () => {
  if (noChromium) return;
  exchange = await startExchange({ label: 'console-drawn' });
  city = await foundSmallCity(exchange);
  await published(city, { ...villageEntry(), title }, villageCsv(40));
  browser = await openChromium();
});
after(async () => {
  await browser?.close();
  await exchange?.stop();
});

/** Somebody who was here before, in a new window: the cookies and what the browser keeps. */
async function returned(
  person: TestPerson,
  locale: 'zh' | 'en' = 'zh',
): Promise<{ readonly seat: Seat; readonly cookie: string }> {
  const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale });
  await seat.logIn(person);
  const cookies = await seat.context.cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  await until(async () => (await read('/inbox', cookie)).text.includes('id="drawn"'));
  return { seat, cookie };
}

/** A page as the server sends it. */
async function read(path: string, cookie: string) {
  const answer = await fetch(exchange.baseUrl + path, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** The same, drawn: a busy machine may take longer than the server waits for a drawing. */
async function readDrawn(path: string, cookie: string) {
  let page = await read(path, cookie);
  await until(async () => {
    page = await read(path, cookie);
    return page.text.includes('id="drawn"');
  });
  return page;
}

/** Opens the page until it comes drawn. */
async function openDrawn(page: Page, path: string): Promise<void> {
  await until(async () => {
    await page.goto(path, { waitUntil: 'commit' });
    await page.locator('#root').waitFor({ state: 'attached' });
    return (await page.locator('#drawn').count()) > 0;
  });
}

/** Holds the console's own code back until what this answers is called. */
async function holdConsole(page: Page): Promise<() => void> {
  let open = () => {};
  const opened = new Promise<void>((done) => (open = done));
  await page.route(/\/assets\/main-.*\.js$/, async (route) => {
    await opened;
    await route.continue();
  });
  return () => open();
}

/** The first drawing starts the thread that draws, and is not made. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error('Never');
}

describe('A page that the server drew', { skip: noChromium }, () => {
  test('holds what the person may see, in their language, and nothing that a title could break', async () => {
    const { seat, cookie } = await returned(city.requester, 'en');
    const { text, headers, status } = await readDrawn('/find', cookie);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.match(headers.get('content-security-policy') ?? '', /style-src 'self';.*frame-ancestors 'none'/);
    assert.match(text, /<h1>Catalogue of datasets<\/h1>/);
    assert.ok(text.includes('村居名录&lt;/script&gt;&lt;b style=&quot;color:red&quot;&gt;'), 'the title stands in a row as text');
    const data = /<script type="application\/json" id="drawn"[^>]*>(.*?)<\/script>/s.exec(text)?.[1] ?? '';
    assert.ok(JSON.stringify(JSON.parse(data)).includes(JSON.stringify(title).slice(1, -1)), 'the title is whole in the data');
    assert.ok(!/ style="/.test(text), 'the policy takes no style from markup');
    await until(async () => (await read('/', cookie)).headers.get('location') === '/find');
    await seat.context.close();
  });

  test('is for nobody without a session, and not for those who may not see it', async () => {
    const { seat, cookie } = await returned(city.steward);
    const look = /quanlian_look=[^;]+/.exec(cookie)?.[0] ?? '';
    const session = /\w*quanlian_session=[^;]+/.exec(cookie)?.[0] ?? '';
    const empty = /<div id="root"><\/div>/;
    assert.match((await read('/find', look)).text, empty);
    assert.match((await read('/find', session)).text, empty);
    assert.match((await read('/find', `${look}; quanlian_session=${'x'.repeat(43)}`)).text, empty);
    for (const wrong of ['zh~light~Asia/Nowhere~0000', 'zh~light~../../etc~0000', 'zh~light~Asia/Shanghai~00', '%E4'])
      assert.match((await read('/find', `${session}; quanlian_look=${encodeURIComponent(wrong)}`)).text, empty, wrong);
    assert.match((await read('/nowhere', cookie)).text, empty);
    await seat.context.close();
  });

  test('stands before the console is there; what is typed and clicked meanwhile is done when it is', async () => {
    const { seat } = await returned(city.requester);
    const { page } = seat;
    const open = await holdConsole(page);
    await openDrawn(page, '/find');
    const row = page.locator('tr.row-link');
    await row.waitFor();
    // 13rem: a style that the markup could not bring.
    assert.equal(await page.evaluate(`document.querySelectorAll('th')[1].style.width`), '13rem');
    assert.equal(await page.locator('#root[data-answers]').count(), 0, 'no console yet');
    await page.locator('.find-text input').fill('无此');
    await page.getByRole('checkbox').first().click({ noWaitAfter: true });
    open();
    await page.waitForURL(
      ({ searchParams }) => searchParams.get('text') === '无此' && [...searchParams.values()].includes('true'),
    );
    seat.check('a page that came to life');
    await seat.context.close();
  });

  test('leaves out what a closed fold holds, which is there when it is unfolded, be it before the console is', async () => {
    const { seat, cookie } = await returned(city.supervisor);
    const { page } = seat;
    const { text } = await readDrawn('/trail', cookie);
    assert.ok(
      text.includes('<summary>筛选</summary>') && !text.includes('filter-grid'),
      'a low window begins with the fold closed',
    );
    assert.ok(!text.includes('/api/people'), 'nobody has asked for the people yet');
    assert.ok(
      (await readDrawn('/trail?type=right.granted', cookie)).text.includes('filter-grid'),
      'a filter that holds is shown',
    );

    const open = await holdConsole(page);
    await openDrawn(page, '/trail');
    await page.locator('summary').click({ noWaitAfter: true });
    assert.equal(await page.locator('.filter-grid').count(), 0, 'no console yet');
    open();
    await page.locator('.filter-grid .ant-select').nth(5).waitFor();
    await page.locator('summary').click();
    await page.locator('.filter-grid').waitFor({ state: 'detached' });
    seat.check('a fold of a drawn page');
    await seat.context.close();
  });

  test('has no more rows than its window may show, and none too few; the rest come with the console', async () => {
    const { seat } = await returned(city.supervisor);
    const { page } = seat;
    const { items } = await city.supervisor.client.call(routes.trail, { query: { limit: 40 } });
    // The highest window whose fold is closed.
    await seat.resize(1280, 899);
    const open = await holdConsole(page);
    await openDrawn(page, '/trail');
    const rows = page.locator('tr.row-link');
    await rows.first().waitFor();
    const bottoms = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().bottom));
    assert.ok(bottoms.length < items.length, `${bottoms.length} of ${items.length}`);
    assert.ok((bottoms.at(-1) ?? 0) >= 899, 'the window is full');
    assert.ok((bottoms.at(-3) ?? 0) < 899, 'at most two rows are out of sight');
    open();
    await rows.nth(items.length - 1).waitFor({ state: 'attached' });
    seat.check('the first rows');
    await seat.context.close();
  });

  test('may be scrolled before the console is there, and stays where it is', async () => {
    const { seat } = await returned(city.supervisor);
    const { page } = seat;
    const open = await holdConsole(page);
    await openDrawn(page, '/trail');
    await page.locator('tr.row-link').first().waitFor();
    const scrolled = await page.evaluate<number>(
      `(() => { const box = document.querySelector('.table-box'); box.scrollTop = 90; return box.scrollTop; })()`,
    );
    assert.ok(scrolled > 0, 'the list is longer than its box');
    open();
    await page.locator('#root[data-answers]').waitFor({ state: 'attached' });
    assert.equal(await page.evaluate<number>(`document.querySelector('.table-box').scrollTop`), scrolled);
    seat.check('a list scrolled early');
    await seat.context.close();
  });

  test('has the columns that fit, before the console is there and after', async () => {
    const { seat } = await returned(city.requester);
    const { page } = seat;
    await seat.resize(1000);
    const open = await holdConsole(page);
    await openDrawn(page, '/find');
    await page.locator('tr.row-link').waitFor();
    const shown = () =>
      page.evaluate<readonly string[]>(
        `[...document.querySelectorAll('th')].filter((one) => one.checkVisibility()).map((one) => one.textContent)`,
      );
    const box = `document.querySelector('.table-box')`;
    const before = await shown();
    assert.equal(await page.evaluate<number>(`${box}.scrollWidth - ${box}.clientWidth`), 0, 'the table is cut');
    assert.ok(before.length < (await page.locator('th').count()), 'a window in which not all columns fit');
    open();
    await page.locator('#root[data-answers]').waitFor({ state: 'attached' });
    assert.deepEqual(await shown(), before);
    await seat.resize(1600);
    await page.waitForFunction(`document.querySelectorAll('th').length > ${before.length}`);
    assert.equal(await page.locator('.table [hidden]').count(), 0);
    seat.check('a table that fits');
    await seat.context.close();
  });

  test('is drawn in the language and the shade chosen a moment ago', async () => {
    const { seat } = await returned(city.requester);
    const { page } = seat;
    await page.locator('.bar button[lang="en"]').click();
    await page.locator('.bar-shade').click();
    // The old page is left when the new one's answer is there: what it tells only then comes too late.
    const cookies = await seat.context.cookies();
    const { text } = await readDrawn('/find', cookies.map(({ name, value }) => `${name}=${value}`).join('; '));
    assert.match(text, /<h1>Catalogue of datasets<\/h1>/);
    assert.match(text, /data-look="en~dark~/);
    await seat.context.close();
  });

  test('shows each reader the times of their own zone, whoever was drawn for before', async () => {
    const { seat, cookie } = await returned(city.supervisor);
    await seat.close();
    const session = cookie.split('; ').find((one) => one.startsWith('quanlian_session=')) ?? '';
    const { items } = await city.supervisor.client.call(routes.trail, { query: { limit: 1 } });
    const sealed = Date.parse(items[0]?.sealedAt ?? '');
    for (const [zone, hours] of [
      ['Asia/Shanghai', 8],
      ['UTC', 0],
      ['Asia/Tokyo', 9],
      ['Asia/Shanghai', 8],
    ] as const) {
      const look = `quanlian_look=${encodeURIComponent(`zh~light~${zone}~0100`)}`;
      const { text } = await readDrawn('/trail', `${session}; ${look}`);
      const shown = new Date(sealed + hours * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
      assert.ok(text.includes(`>${shown}<`), `${shown} in ${zone}`);
    }
  });

  test('gives way without a trace when this tab would draw another', async () => {
    const { seat } = await returned(city.requester);
    const { page } = seat;
    await page.evaluate(`localStorage.setItem('quanlian.locale', 'en')`);
    await page.route('**/find', async (route) => {
      const cookie = (await page.context().cookies())
        .map(({ name, value }) => `${name}=${name === 'quanlian_look' ? encodeURIComponent('zh~dark~UTC~1000') : value}`)
        .join('; ');
      const { text, headers } = await readDrawn('/find', cookie);
      assert.ok(text.includes('data-look="zh~dark~UTC~1000"'));
      await route.fulfill({ body: text, headers: Object.fromEntries(headers) });
    });
    await page.goto('/find');
    await page.getByRole('heading', { level: 1, name: 'Catalogue of datasets' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('data-shade'), 'light');
    seat.check('a page of another look');
    await seat.context.close();
  });
});
