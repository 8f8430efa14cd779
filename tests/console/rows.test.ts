import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { withClient } from '#postgres';
import {
  foundSmallCity,
  published,
  startExchange,
  villageCsv,
  villageEntry,
  type RunningExchange,
  type SmallCity,
} from '#testing';
import type { Browser } from 'playwright-core';
import { noChromium, openChromium, Seat } from './browser.js';

const rows = 50_000;
const screens = 100;

// Scrolls screen by screen as a wheel would, a screen a frame, and waits where a page of the list still comes. What the frames took is
// told; what must hold on any machine is how many rows stand in the document.
const scrollThrough = `(async () => {
  const box = document.querySelector('.table-box');
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const frames = [];
  let most = 0;
  let last = performance.now();
  for (let tries = 0; box.scrollTop < ${screens} * box.clientHeight && tries < 3000; tries++) {
    box.scrollTop += box.clientHeight;
    await frame();
    const now = performance.now();
    frames.push(now - last);
    last = now;
    most = Math.max(most, box.querySelectorAll('tbody tr').length);
  }
  await frame();
  const seen = [...box.querySelectorAll('tbody tr[aria-rowindex]')].map((row) => Number(row.getAttribute('aria-rowindex')));
  return { most, frames: frames.toSorted((a, b) => a - b), lastRow: Math.max(...seen), top: box.scrollTop, height: box.clientHeight,
    megabytes: performance.memory ? Math.round(performance.memory.usedJSHeapSize / 1e6) : 0 };
})()`;

interface Scrolled {
  readonly most: number;
  readonly frames: readonly number[];
  readonly lastRow: number;
  readonly top: number;
  readonly height: number;
  readonly megabytes: number;
}

describe(`a catalogue of ${rows} entries`, { skip: noChromium }, () => {
  let exchange: RunningExchange;
  let browser: Browser;
  let city: SmallCity;
  before(async () => {
    [exchange, browser] = await Promise.all([startExchange({ label: 'rows' }), openChromium()]);
    city = await foundSmallCity(exchange);
    await published(city, villageEntry(), villageCsv(10));
    await withClient(exchange.database.url, async (client) => {
      const { rowCount } = await client.query(
        `INSERT INTO projection.dataset (id, state, changed_at)
         SELECT lpad(to_hex(n), 32, '0'),
           jsonb_set(jsonb_set(seed.state, '{entry,title}', to_jsonb('第' || n || '号名录')), '{entry,resourceCode}', to_jsonb('3/1/9/' || n)),
           seed.changed_at
         FROM (SELECT state, changed_at FROM projection.dataset LIMIT 1) seed, generate_series(1, ${rows}) n`,
      );
      assert.equal(rowCount, rows);
      await client.query('VACUUM ANALYZE projection.dataset');
    });
  });
  after(async () => {
    await browser?.close();
    await exchange?.stop();
  });

  test(`scrolls by ${screens} screens with few rows in the document`, async (context) => {
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    await seat.logIn(city.requester);
    await seat.go('/find');
    await seat.page.locator('tr.row-link').first().waitFor();
    const { most, frames, lastRow, top, height, megabytes } = await seat.page.evaluate<Scrolled>(scrollThrough);
    const slow = frames.filter((ms) => ms > 200).length;
    context.diagnostic(
      `${frames.length} frames, the longest ${Math.round(frames.at(-1) ?? 0)} ms, ${slow} above 200 ms; ${most} rows at most; heap ${megabytes} MB`,
    );
    assert.ok(top >= screens * height, `only scrolled to ${top} px of ${screens} screens of ${height} px`);
    assert.ok(lastRow > 1000, `the last row in sight is number ${lastRow}`);
    assert.ok(most < 200, `${most} rows stood in the document`);
    seat.check('/find');
    await seat.close();
  });

  test('finds the list where it was left, and the row that was opened', async () => {
    // Far enough down in a wide window that after a reload its rows come with a later page.
    for (const [width, far] of [
      [1280, 6_000],
      [360, 2_000],
    ] as const) {
      const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, width, height: 740 });
      const { page } = seat;
      await seat.logIn(city.requester);
      await seat.go('/find');
      await page.locator('[data-row]').first().waitFor();
      // What stands in the middle of the window after scrolling.
      const opened = await page.evaluate<string>(`(async () => {
        const box = document.querySelector('${width === 360 ? '.content' : '.table-box'}');
        for (let tries = 0; tries < 200 && box.scrollTop < ${far}; tries++) {
          box.scrollTo(0, ${far});
          await new Promise((done) => setTimeout(done, 50));
        }
        for (let frames = 0; frames < 4; frames++) await new Promise((done) => requestAnimationFrame(done));
        const found = document.elementFromPoint(innerWidth - 60, 400).closest('[data-row], .card');
        return (found.dataset.row ? found : found.querySelector('[data-row]')).dataset.row;
      })()`);
      const topOf = () => page.evaluate<number>(`document.querySelector('[data-row="${opened}"]').getBoundingClientRect().top`);
      const before = await topOf();
      await page.locator(`[data-row="${opened}"]`).click();
      await page.waitForURL(`**/find/${opened}`);
      await seat.settle();
      assert.equal(await page.evaluate<number>(`document.querySelector('.content').scrollTop`), 0);
      const reloadAndBack = async () => {
        await page.reload();
        await seat.settle();
        await page.goBack();
      };
      for (const back of [() => page.goBack(), () => page.locator('.page-back').click(), reloadAndBack]) {
        await back();
        await page.waitForURL('**/find');
        await page.locator(`[data-row="${opened}"]:focus`).waitFor();
        assert.ok(Math.abs((await topOf()) - before) < 400, `the row is not where it was at ${width} px`);
        await page.keyboard.press('Enter');
        await page.waitForURL(`**/find/${opened}`);
        await seat.settle();
      }
      seat.check('/find and back');
      await seat.close();
    }
  });

  describe('after a reload', () => {
    const topNow = `document.querySelector('.table-box').scrollTop`;

    /** In a wide window: scrolled as far as is asked, a row opened there, and its page loaded anew. */
    async function reloadedBelow(far: number): Promise<Seat> {
      const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, width: 1280, height: 740 });
      const { page } = seat;
      await seat.logIn(city.requester);
      await seat.go('/find');
      await page.locator('tr.row-link').first().waitFor();
      await page.evaluate(`(async () => {
        const box = document.querySelector('.table-box');
        for (let tries = 0; tries < 400 && box.scrollTop < ${far}; tries++) {
          box.scrollTo(0, ${far});
          await new Promise((done) => setTimeout(done, 50));
        }
      })()`);
      assert.ok((await page.evaluate<number>(topNow)) >= far, 'there are as many rows');
      await page.mouse.click(700, 500);
      await page.waitForURL(/find\/[0-9a-f]{32}$/);
      await page.reload();
      await seat.settle();
      return seat;
    }

    test('who scrolls elsewhere while pages come is not pulled to where he was', async () => {
      const seat = await reloadedBelow(6_000);
      const { page } = seat;
      let letGo: () => void = () => undefined;
      const held = new Promise<void>((done) => (letGo = done));
      await page.route(/datasets\?.*cursor=/, async (route) => {
        await held;
        await route.continue();
      });
      const further = page.waitForRequest(/datasets\?.*cursor=/);
      await page.goBack();
      await page.locator('tr.row-link').first().waitFor();
      await further;
      await page.mouse.move(700, 500);
      await page.mouse.wheel(0, -5_000);
      await page.waitForFunction(`${topNow} === 0`);
      letGo();
      await page.locator('.table-end', { hasText: '200' }).waitFor();
      await page.waitForTimeout(300);
      assert.equal(await page.evaluate(topNow), 0);
      await seat.close();
    });

    test('what lies so far down that its pages would take long is not looked for', async () => {
      const seat = await reloadedBelow(41_000);
      await seat.page.goBack();
      await seat.page.locator('tr.row-link').first().waitFor();
      await seat.settle();
      assert.equal(await seat.page.evaluate(topNow), 0);
      await seat.close();
    });

    test('a list that became shorter meanwhile shows what there is', async () => {
      const seat = await reloadedBelow(2_500);
      const rest = await withClient(exchange.database.url, async (client) => {
        await client.query('CREATE TABLE public.put_aside AS SELECT id, state, changed_at FROM projection.dataset OFFSET 5');
        await client.query('DELETE FROM projection.dataset WHERE id IN (SELECT id FROM public.put_aside)');
        const { rows: left } = await client.query<{ count: string }>('SELECT count(*) FROM projection.dataset');
        return Number(left[0]?.count);
      });
      await seat.page.goBack();
      await seat.page.locator('tr.row-link').first().waitFor();
      await seat.settle();
      assert.equal(await seat.page.locator('tr.row-link').count(), rest);
      await seat.close();
      await withClient(exchange.database.url, async (client) => {
        await client.query('INSERT INTO projection.dataset (id, state, changed_at) SELECT * FROM public.put_aside');
        await client.query('DROP TABLE public.put_aside');
      });
    });
  });

  test('finds one of them by a word', async () => {
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, width: 360, height: 740 });
    await seat.logIn(city.requester);
    await seat.go('/find?text=第43210号');
    await seat.page.getByRole('link', { name: '第43210号名录' }).waitFor();
    assert.equal(await seat.overhang(), 0);
    seat.check('/find?text=');
    await seat.close();
  });
});
