import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { foundSmallCity, launchExchange, type LaunchedExchange, type SmallCity } from '#testing';
import type { Browser } from 'playwright-core';
import { noChromium, openChromium, Seat, type Locale } from './browser.js';

describe('the door of the console', { skip: noChromium }, () => {
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

  for (const locale of ['zh', 'en'] as Locale[]) {
    test(`one logs in, sees who one is, and logs out: ${locale}`, async () => {
      const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale });
      const { page } = seat;
      await page.goto('/account');
      await page.waitForURL('**/login');
      await seat.axe('/login');
      assert.equal(await seat.overhang(), 0);
      await seat.logIn(city.requester);
      await seat.go('/account');
      await page.getByText(city.requester.login, { exact: true }).waitFor();
      await seat.axe('/account');
      seat.check('/account');
      await seat.close();
    });
  }
});
