import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { departmentCode, startExchange, type RunningExchange } from '#testing';
import type { Browser } from 'playwright-core';
import { noChromium, openChromium, Seat } from './browser.js';

describe('the one-time link in the browser', { skip: noChromium }, () => {
  let exchange: RunningExchange;
  let browser: Browser;
  before(async () => {
    [exchange, browser] = await Promise.all([startExchange({ label: 'set-up' }), openChromium()]);
  });
  after(async () => {
    await browser?.close();
    await exchange?.stop();
  });

  test('says what is wrong beside the field, keeps what was typed, and ends at the door', async () => {
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    const { page } = seat;
    seat.expect(/status of 4\d\d/);
    const token = await exchange.setUpToken();
    await page.goto(`/setup#${token}`);
    const fill = async (heading: string, typed: Readonly<Record<string, string>>) => {
      const section = page.locator('section').filter({ has: page.getByRole('heading', { name: heading, exact: true }) });
      for (const [label, text] of Object.entries(typed)) await section.getByLabel(label, { exact: true }).fill(text);
    };
    await fill('主管部门', { 部门名称: '示例市数据局', 统一社会信用代码: '123', 区划代码: '990100' });
    await fill('共享工作机构负责人', { 姓名: '周示一', 登录名: 'head', 密码: 'short' });
    await fill('运维人员', { 姓名: '吴示二', 登录名: 'operator', 密码: 'correct horse battery' });
    await page.getByRole('button', { name: '初始化' }).click();
    await page.getByText('不是有效的统一社会信用代码。').waitFor();
    await fill('主管部门', { 统一社会信用代码: departmentCode(1) });
    await page.getByRole('button', { name: '初始化' }).click();
    await page.getByRole('alert').filter({ hasText: '12' }).first().waitFor();
    assert.equal(await page.getByLabel('部门名称').inputValue(), '示例市数据局');
    await fill('共享工作机构负责人', { 密码: 'correct horse battery' });
    await page.getByRole('button', { name: '初始化' }).click();
    await page.getByRole('link', { name: '登录' }).click();
    await page.waitForURL('**/login');
    await seat.logIn({ login: 'head', password: 'correct horse battery' });
    assert.equal(new URL(page.url()).pathname, '/inbox');

    // A link that was used, or is not whole, is refused with the way forward.
    await page.goto('/setup');
    await page.reload();
    await page.getByRole('heading', { name: '初始化平台' }).waitFor();
    seat.check('/setup');
    await seat.close();
  });
});
