import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { routes, type Item } from '#contracts';
import {
  approved,
  askedFor,
  deliveryIn,
  foundSmallCity,
  granted,
  launchExchange,
  published,
  settled,
  villageCsv,
  villageEntry,
  type LaunchedExchange,
  type SmallCity,
} from '#testing';
import type { Browser } from 'playwright-core';
import { noChromium, openChromium, screenshot, Seat, wantsShots } from './browser.js';

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

describe('the day’s work of each role', { skip: noChromium }, () => {
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

  test('a requester finds, asks, supplements what is missing with a change, and gets the right', async () => {
    const title = '机动车登记信息';
    const dataset = await published(city, villageEntry({ title, resourceCode: '3/1/1/1/000010', items }), csv);
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale: 'zh' });
    const { page } = seat;
    await seat.logIn(city.requester);

    // Find: who opens a row right after typing gets there, however slowly its page's code comes.
    const search = page.getByRole('searchbox', { name: '名称、摘要、数据项或代码' });
    await page.route('**/assets/dataset-page-*.js', async (route) => {
      await sleep(700);
      await route.continue();
    });
    await seat.go('/find');
    await search.fill(title);
    await page.getByRole('row', { name: title }).click();
    await page.waitForURL(`**/find/${dataset}`);

    // Typed words stand in the address, and go by a button that says so; the entry says what to do.
    await seat.go('/find');
    await search.fill(title);
    await page.waitForURL(/text=/);
    await page.getByRole('button', { name: '清除', exact: true }).click();
    await page.waitForURL(({ search: asked }) => asked === '');
    await search.fill(title);
    await page.waitForURL(/text=/);
    await page.getByRole('row', { name: title }).click();
    await page.waitForURL(`**/find/${dataset}`);
    await page.getByText('有条件共享：申请时说明').waitFor();
    if (wantsShots) await screenshot(seat, 'find-entry');
    await page.getByRole('link', { name: '去申请' }).click();

    // Ask: what is missing is said, a condition is counted, a key list is taken.
    const send = page.getByRole('button', { name: '提交本部门负责人审批' });
    await send.click();
    await page.getByText('有 2 处需要填写或更正').waitFor();
    await page.getByLabel('使用依据', { exact: true }).fill('《社会救助暂行办法》第十七条');
    await page.getByLabel('使用场景', { exact: true }).fill('低保家庭经济状况核对');
    // What is personal is asked for by nobody's default.
    const owner = page.getByRole('checkbox', { name: '证件号码' });
    assert.equal(await owner.isChecked(), false);
    await owner.check();
    await page.getByRole('button', { name: '添加条件' }).click();
    await page.getByRole('combobox', { name: '数据项', exact: true }).fill('区');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: '值', exact: true }).fill('990101');
    await page.getByText('约 150 行，共 200 行').waitFor();
    await page.getByRole('button', { name: '按名单选取' }).click();
    await page.locator('input[type=file]').setInputFiles({
      name: '名单.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`证件号码\n${[...keys, keys[0]].join('\n')}\n`),
    });
    await page.getByText('“名单.csv”：收下 40 个不同的键。').waitFor();
    await page.getByText('不少于 30 行，共 200 行').waitFor();

    // The draft survives a reload.
    await page.reload();
    await page.getByText('不少于 30 行，共 200 行').waitFor();
    assert.equal(await page.getByLabel('使用场景', { exact: true }).inputValue(), '低保家庭经济状况核对');
    if (wantsShots) await screenshot(seat, 'ask');
    await seat.resize(360);
    assert.equal(await seat.overhang(), 0);
    await seat.resize(1280);
    // Twice in a hurry is once.
    await send.dblclick();

    // Its page, before the own office head has approved, and after.
    await page.waitForURL(/\/requests\/[0-9a-f]{32}$/);
    const request = page.url().slice(-32);
    await page.getByText('待审批').first().waitFor();
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
    await page.getByText('待答复').first().waitFor();
    await page.getByText('还剩 10 个工作日').waitFor();

    // What is missing is asked for once, and answered.
    const steward = city.steward.client;
    const missing = await steward.call(routes.decideRequest, {
      params: { id: request },
      body: { decision: 'supplement', missing: '请补充核对对象的授权书。' },
    });
    await approved(city.providerHead, missing);
    await page.getByRole('button', { name: '提交补充材料' }).click();
    await page.waitForURL('**/supplement');
    await page.getByText('请补充核对对象的授权书。').first().waitFor();
    await page.getByLabel('补充说明').fill('授权书均已归档，编号见附件。');
    // What is asked for can be changed with it; everybody who decides sees what did.
    await page.getByLabel('同时修改申请内容').check();
    await page.getByRole('checkbox', { name: '号牌' }).uncheck();
    await page.getByLabel('最多提取次数').fill('7');
    await send.click();
    await page.waitForURL(`**/requests/${request}`);
    await page.getByText('2 项 · 去掉：号牌').waitFor();
    await page.getByRole('row', { name: '用量' }).getByText('最多提取 7 次').waitFor();
    const answered = await city.requesterHead.client.call(routes.proposals, {
      query: { about: request, type: 'request.supplemented' },
    });
    assert.ok(answered.items[0]);
    await approved(city.requesterHead, answered.items[0]);
    await page.getByText('待答复').first().waitFor();

    // Granted: the request leads to the right, and the entry says so.
    const agreed = await steward.call(routes.decideRequest, { params: { id: request }, body: { decision: 'agree' } });
    await approved(city.providerHead, agreed);
    await page.getByRole('link', { name: '查看使用权' }).waitFor();
    await page.getByText('授权书均已归档，编号见附件。').waitFor();
    await seat.settle();
    if (wantsShots) await screenshot(seat, 'request');
    await seat.go(`/find/${dataset}`);
    await page.getByText('您的部门持有使用权，可提取至').waitFor();
    await page.getByRole('link', { name: '去提取' }).waitFor();

    // The list of ours, by state.
    await seat.go('/requests?state=granted');
    await page.getByRole('row', { name: title }).waitFor();
    seat.check('the journey');
    await seat.close();
  });

  test('who prepared a request takes it back before the office head approved, and asks anew; nobody else may', async () => {
    const title = '楼栋名录';
    const dataset = await published(city, villageEntry({ title, resourceCode: '3/1/1/1/000015' }), villageCsv(20));
    const asked = await city.requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor() } });
    const head = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    await head.logIn(city.requesterHead);
    await head.go(`/inbox/proposals/${asked.id}`);
    await head.page.getByRole('button', { name: '退回' }).waitFor();
    assert.equal(
      await head.page.getByRole('button', { name: '撤下' }).count(),
      0,
      'the head can take back what another prepared',
    );

    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    const { page } = seat;
    await seat.logIn(city.requester);
    await seat.go('/requests');
    // What has not left the department stands above the list.
    await page.getByRole('link', { name: title }).click();
    await page.waitForURL(`**/requests/${asked.id}`);
    await page.getByRole('button', { name: '撤下' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('理由').fill('范围写错了，重新申请。');
    await dialog.getByRole('button', { name: '撤下' }).dblclick();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('已退回', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: '修改后重新申请' }).waitFor();
    // The head's page hears of it and offers nothing any more.
    await head.page.getByText('已退回', { exact: true }).first().waitFor();
    await head.page.getByText('范围写错了，重新申请。').waitFor();
    assert.equal(await head.page.getByRole('button', { name: '审批同意并签名' }).count(), 0);
    for (const one of [seat, head]) {
      one.check('taking back');
      await one.close();
    }
  });

  test('a steward sees what a supplement changed, suspends a right at once, and asks for its resumption', async () => {
    const dataset = await published(city, villageEntry({ title: '社区名录', resourceCode: '3/1/1/1/000020' }), villageCsv(20));
    const right = await granted(city, dataset);
    const request = await supplemented(dataset);
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale: 'en' });
    const { page } = seat;
    await seat.logIn(city.steward);

    // The bell leads to what was supplemented, and to its changes.
    await page.getByRole('button', { name: /^Notices \d+$/ }).click();
    await page.getByRole('link', { name: 'A request has been supplemented.' }).first().click();
    await page.waitForURL(`**/inbox/requests/${request}`);
    await page.getByRole('row', { name: 'Items 2 items 1 item · Left out: 名称' }).waitFor();

    // Suspend: what it brings about and what is lacking are said; a number in the reason is refused beside it.
    await seat.go(`/rights/${right}`);
    const dialog = page.getByRole('dialog');
    const confirm = (name: string) => dialog.getByRole('button', { name }).click();
    await page.getByRole('button', { name: 'Suspend' }).press('Enter');
    await dialog.getByText('without an approval').waitFor();
    // Who leaves it by the keyboard is where it was opened.
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.waitForFunction(`document.activeElement.textContent === 'Suspend'`);
    await page.keyboard.press('Enter');
    await dialog.getByText('without an approval').waitFor();
    await confirm('Suspend');
    await dialog.getByText('Please enter Cause').waitFor();
    await dialog.getByLabel('Cause').press('ArrowDown');
    await dialog.getByLabel('Cause').press('Enter');
    await dialog.getByLabel('Reason').fill('请联系 13800138000');
    seat.expect(/status of 400/);
    await confirm('Suspend');
    await dialog.locator('.ant-form-item-explain-error').getByText('seems to hold an ID or phone number').waitFor();
    await dialog.getByLabel('Reason').and(page.locator(':focus')).waitFor();
    await dialog.getByLabel('Reason').fill('先行核查。');
    // The live events may tell the new state before the answer is here.
    let answer = (): void => undefined;
    const held = new Promise<void>((done) => (answer = done));
    await page.route(/\/suspend$/, async (route) => {
      const response = await route.fetch();
      await held;
      await route.fulfill({ response });
    });
    await confirm('Suspend');
    await page.getByText('Cause: used beyond its scope or purpose. 先行核查。').waitFor();

    // Resume: on its way it is not offered again, and leads to where it waits.
    await page.getByRole('button', { name: 'Resume' }).click();
    await dialog.getByLabel('Reason').waitFor();
    answer();
    await page.getByText('Handed in.').waitFor();
    await dialog.getByLabel('Reason').fill('核查完毕。');
    await confirm('Resume');
    await page.getByRole('link', { name: 'Resume the right of 示例市民政局 to use 社区名录' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Resume' }).count(), 0, 'it is offered again while it is on its way');
    seat.check('the steward’s day');
    await seat.close();
  });

  test('an office head approves with the password, and looks after people and recipients', async () => {
    const dataset = await published(city, villageEntry({ title: '街道名录', resourceCode: '3/1/1/1/000030' }), villageCsv(20));
    const asked = await city.requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor() } });
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale: 'zh' });
    const { page } = seat;
    await seat.logIn(city.requesterHead);

    // The day begins in the inbox.
    await page.waitForURL('**/inbox');
    const row = page.getByRole('row', { name: '街道名录' });
    await row.getByText('示例市民政局').waitFor();
    await row.click();
    await page.waitForURL(`**/inbox/proposals/${asked.id}`);
    // By the keyboard alone: each fault leads to its field.
    await page.getByRole('button', { name: '审批同意并签名' }).press('Enter');
    await page.getByText('请再次输入登录密码。').waitFor();
    const focused = page.getByLabel('再次输入登录密码').and(page.locator(':focus'));
    await focused.waitFor();
    // On a small screen the sentence comes into sight with its field, and what to press again.
    await seat.resize(360, 740);
    await page.keyboard.type('不是这个');
    seat.expect(/status of 401/);
    await page.keyboard.press('Enter');
    await page.getByText('密码不对，没有审批。请重新输入。').waitFor();
    await focused.waitFor();
    await page.waitForFunction(`document.querySelector('button[type=submit]').getBoundingClientRect().bottom <= innerHeight`);
    await seat.resize(1280);
    await page.getByLabel('再次输入登录密码').fill(city.requesterHead.password);
    const next = await city.requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor() } });
    await page.getByRole('button', { name: '审批同意并签名' }).click();
    await page.getByText('已存证', { exact: true }).first().waitFor();

    // What waits next is a click away.
    await page
      .getByText(/等您办理的还有 \d+ 件/)
      .getByRole('link')
      .click();
    await page.waitForURL((url) => /^\/inbox\/proposals\/[0-9a-f]+$/.test(url.pathname) && !url.pathname.endsWith(asked.id));
    await city.requester.client.call(routes.returnProposal, { params: { id: next.id }, body: { reason: '不再需要。' } });

    // A termination handed in by the steward: what ends is said, the head signs, and the right's page says it is over.
    const right = await granted(city, dataset);
    const ending = await city.steward.client.call(routes.terminateRight, {
      params: { id: right },
      body: { code: 'purpose-ended', reason: '依据已废止。', article: '第二十七条' },
    });
    const head = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale: 'en' });
    await head.logIn(city.providerHead);
    await head.page.waitForURL('**/inbox');
    await head.page.getByRole('row', { name: 'Terminate the right of' }).first().click();
    await head.page.waitForURL(`**/inbox/proposals/${ending.id}`);
    await head.page.getByText('依据已废止。').first().waitFor();
    if (wantsShots) await screenshot(head, 'terminate');
    await head.page.getByLabel('Your password again').fill(city.providerHead.password);
    await head.page.getByRole('button', { name: 'Approve and sign' }).click();
    await head.page.getByText('Sealed', { exact: true }).first().waitFor();
    await head.go(`/rights/${right}`);
    await head.page.getByText('Terminated').first().waitFor();
    assert.equal(await head.page.getByRole('button', { name: 'Suspend' }).count(), 0, 'a right that is over can be suspended');
    head.check('the end of a right');
    await head.close();

    // People: a login that is taken is marked; without any role a person no longer acts.
    await seat.go('/department');
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: '新增人员' }).click();
    await dialog.getByLabel('姓名').fill('吴新人');
    await dialog.getByLabel('登录名').fill('steward');
    await dialog.getByRole('checkbox', { name: '使用人员' }).check();
    seat.expect(/status of 409/);
    const add = dialog.getByRole('button', { name: '新增人员' });
    await add.click();
    await dialog.locator('.ant-form-item-explain-error').getByText('已存在：steward。').waitFor();
    await dialog.getByLabel('登录名').fill('wu');
    await add.click();
    await page.locator('.ant-modal-confirm-title', { hasText: '密码只显示这一次' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '调整角色 吴新人' }).click();
    await dialog.getByRole('checkbox', { name: '使用人员' }).uncheck();
    await dialog.getByRole('button', { name: '免去全部角色' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: '调整角色 吴新人' }).waitFor({ state: 'detached' });

    // Recipients: a secret goes nowhere; one that was ended says so.
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.postData() ?? ''));
    await page.getByRole('button', { name: '申报接收公钥' }).click();
    await dialog.getByText('填写 age1…').click();
    await dialog.getByLabel('接收公钥', { exact: true }).fill(city.identities[0] ?? '');
    await dialog.getByLabel('名称').fill('使用人员的电脑');
    await dialog.getByRole('button', { name: '申报准入' }).click();
    await dialog.getByText('这是身份（私钥）').waitFor();
    assert.ok(!sent.some((body) => body.includes('AGE-SECRET-KEY')), 'the identity was sent to the exchange');
    await dialog.getByRole('button', { name: '取消' }).click();
    await page.getByRole('button', { name: '结束 保险柜备份' }).click();
    await dialog.getByLabel('理由').press('ArrowDown');
    await dialog.getByLabel('理由').press('Enter');
    // It cannot be taken back and nobody else approves it: the password is asked again, and kept nowhere.
    const end = dialog.getByRole('button', { name: '结束接收公钥' });
    await dialog.getByLabel('再次输入登录密码').fill('不是这个');
    seat.expect(/status of 401/);
    await end.click();
    await dialog.getByText('密码不对，什么也没有发生。请重新输入。').waitFor();
    if (wantsShots) await screenshot(seat, 'end-recipient', [360, 1280]);
    await dialog.getByLabel('再次输入登录密码').fill(city.requesterHead.password);
    await end.click();
    await page.getByText('已结束（更换').waitFor();
    assert.ok(!(await page.evaluate<string>('JSON.stringify(localStorage)')).includes(city.requesterHead.password));
    seat.check('the office head’s day');
    await seat.close();
  });

  test('a supervisor finds an entry, suspends a right, and the grantee is told on every page', async () => {
    const dataset = await published(city, villageEntry({ title: '乡镇名录', resourceCode: '3/1/1/1/000040' }), villageCsv(20));
    const right = await granted(city, dataset);
    const pulled = await city.requester.client.call(routes.pull, { params: { id: right }, body: {} });
    await deliveryIn(city.requester, pulled.delivery, 'prepared');
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale: 'en' });
    const { page } = seat;
    await seat.logIn(city.supervisor);
    await page.waitForURL('**/trail');

    // What happened is offered while one types, like the names of whom and what: found by what was done, and said as the rows say it.
    await page.getByRole('combobox', { name: 'Search the trail' }).fill('Grant a right');
    await page.locator('.ant-select-item-option', { hasText: 'A usage right was granted' }).click();
    await page.waitForURL('**/trail?type=right.granted');

    // At first nothing was granted: a stretch without entries is not chosen, for nothing would be left to widen it by.
    await seat.settle();
    const chart = page.getByRole('group', { name: 'Entries over time' });
    await page.locator('.legend-kind[aria-pressed="true"]').waitFor();
    await chart.locator('[data-bar][tabindex="0"]').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`);
    assert.match(await chart.locator('[data-bar="0"]').getAttribute('aria-label').then(String), /: 0 entries$/);
    assert.equal(new URL(page.url()).search, '?type=right.granted');

    // One with entries is chosen by dragging over it, and given up again.
    const { width = 0 } = (await chart.boundingBox()) ?? {};
    await chart.hover({ position: { x: 4, y: 40 } });
    await page.mouse.down();
    await chart.hover({ position: { x: width / 2, y: 40 } });
    await chart.hover({ position: { x: width - 4, y: 40 } });
    await page.mouse.up();
    await page.waitForURL(/from=.*until=/);
    await page.getByRole('button', { name: 'Show all time' }).click();
    await page.waitForURL(({ search }) => !search.includes('from='));

    await seat.go(`/trail?right=${right}`);
    await page.getByRole('row', { name: 'A usage right was granted' }).first().click();
    await page.waitForURL('**/trail/*');
    const check = page.getByRole('region', { name: 'Check this entry' });
    await check.getByRole('button', { name: 'Check', exact: true }).click();
    await check.getByText('signed with the log’s key').waitFor();
    assert.equal(await check.getByText('does not hold', { exact: true }).count(), 0, await check.innerText());

    await seat.go(`/rights/${right}`);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Suspend' }).click();
    await dialog.getByLabel('Cause').press('ArrowDown');
    await dialog.getByLabel('Cause').press('Enter');
    await dialog.getByLabel('Reason').fill('主管部门核查。');
    await dialog.getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();

    const grantee = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale: 'en' });
    await grantee.logIn(city.requester);
    await grantee.page.getByRole('button', { name: /^Notices \d+$/ }).click();
    await grantee.page.getByRole('link', { name: '乡镇名录: A right was suspended.' }).first().click();
    await grantee.page.waitForURL(`**/rights/${right}`);
    await grantee.page.getByText('By 示例市数据局').waitFor();
    await grantee.go(`/deliveries/${pulled.delivery}`);
    await grantee.page.getByText('it cannot be fetched now').waitFor();
    await grantee.page.getByRole('button', { name: /^Notices \d+$/ }).click();
    await grantee.page.getByRole('button', { name: 'Mark all as read' }).click();
    await grantee.page.getByRole('button', { name: 'Notices 0' }).waitFor();
    for (const one of [seat, grantee]) {
      one.check('the supervisor’s day');
      await one.close();
    }
  });

  test('who serves in two departments chooses at the top for whom to act, in each tab by itself', async () => {
    const { competentHead, supervisor, codes } = city;
    const body = { department: codes.requester, roles: ['requester' as const] };
    await settled(competentHead, await competentHead.client.call(routes.setRoles, { params: { id: supervisor.id }, body }));
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    const { page, context } = seat;
    await seat.logIn(supervisor);
    const rail = page.getByRole('navigation');
    const asks = rail.getByRole('link', { name: '我们的申请' });
    const choice = page.getByRole('button', { name: /^代表部门/ });
    const choose = async (name: string) => {
      await choice.click();
      await page.getByRole('button', { name, exact: true }).click();
      await page.getByRole('button', { name: `代表部门 ${name}` }).waitFor();
      await seat.settle();
    };
    await page.getByRole('button', { name: '代表部门 示例市数据局' }).waitFor();
    assert.equal(await asks.count(), 0);
    await choose('示例市民政局');
    await asks.click();
    await page.waitForURL('**/requests');
    await page.reload();
    await page.getByRole('button', { name: '代表部门 示例市民政局' }).waitFor();
    await seat.settle();
    await seat.axe('acting for another department');
    // Another tab goes on as before.
    const other = await context.newPage();
    await other.goto('/');
    await other.getByRole('button', { name: '代表部门 示例市数据局' }).waitFor();
    await other.close();
    await choose('示例市数据局');
    assert.equal(await asks.count(), 0);
    seat.check('two departments');
    await seat.close();
  });

  /** A request that was supplemented with fewer items. */
  async function supplemented(dataset: string): Promise<string> {
    const { requester, requesterHead, steward, providerHead } = city;
    const { id } = await approved(
      requesterHead,
      await requester.client.call(routes.submitRequest, { body: { dataset, asked: askedFor() } }),
    );
    const body = { decision: 'supplement', missing: '请补充认定依据。' } as const;
    await approved(providerHead, await steward.client.call(routes.decideRequest, { params: { id }, body }));
    const answer = { answer: '已补充。', asked: { items: ['code'] } };
    await approved(requesterHead, await requester.client.call(routes.supplementRequest, { params: { id }, body: answer }));
    return id;
  }
});
