import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { routes } from '#contracts';
import {
  approved,
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
import type { Browser, Page } from 'playwright-core';
import { noChromium, openChromium, Seat, type Locale } from './browser.js';

type Person = 'steward' | 'providerHead' | 'requester' | 'requesterHead' | 'supervisor';
const people: readonly Person[] = ['steward', 'providerHead', 'requester', 'requesterHead', 'supervisor'];

// A browser asks its person where to put a file; there is none here. The first story lets the browser have no such question, so the file
// comes with the downloads; the second answers it with a real file of the browser's own disk.
const withoutPicker = 'delete globalThis.showSaveFilePicker;';
const ownPicker = `globalThis.showSaveFilePicker = async ({ suggestedName }) => {
  const folder = await navigator.storage.getDirectory();
  return folder.getFileHandle('picked.csv', { create: true });
};`;

// Chromium knows X25519 since its version 133 and Ed25519 since 137.
const withoutCurves = `{
  const generate = SubtleCrypto.prototype.generateKey;
  SubtleCrypto.prototype.generateKey = function (algorithm, ...rest) {
    const isCurve = ['Ed25519', 'X25519'].includes(algorithm.name ?? algorithm);
    return isCurve ? Promise.reject(new DOMException('', 'NotSupportedError')) : generate.call(this, algorithm, ...rest);
  };
}`;

/** Whether the browser can make a key of the curve that no script can read. */
async function canHold(page: Page, curve: 'Ed25519' | 'X25519'): Promise<boolean> {
  await page.goto('/login');
  const uses = curve === 'Ed25519' ? ['sign'] : ['deriveBits'];
  return page.evaluate<boolean>(
    `crypto.subtle.generateKey({ name: '${curve}' }, false, ${JSON.stringify(uses)}).then(() => true, () => false)`,
  );
}

// Menus and dialogs must be where they are seen with their motion and without it.
const motions = ['reduce', 'no-preference'] as const;

describe(
  'the whole story in the browser: publish, ask, narrow, approve, pull, open, receipt, trail',
  { skip: noChromium },
  () => {
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

    for (const [i, locale] of (['zh', 'en'] as Locale[]).entries()) {
      test(`in ${locale === 'zh' ? 'Chinese' : 'English'}`, async () => {
        const title = locale === 'zh' ? '行政村名录' : '社区名录';
        const entered = await settled(
          city.steward,
          await city.steward.client.call(routes.enterDataset, {
            body: { entry: villageEntry({ title, resourceCode: `3/1/1/1/00001${i}` }), noSecrets: true },
          }),
        );
        const seats = {} as Record<Person, Seat>;
        for (const person of people) {
          seats[person] = await Seat.take(browser, {
            baseUrl: exchange.baseUrl,
            locale,
            context: { reducedMotion: motions[i] ?? 'reduce' },
          });
          if (person === 'requester') await seats[person].context.addInitScript(i === 0 ? withoutPicker : ownPicker);
          await seats[person].logIn(city[person]);
        }
        const say = (zh: string, en: string) => (locale === 'zh' ? zh : en);
        const csv = villageCsv(1000);

        await seats.steward.step('publish', () => publish(seats.steward, entered.id, csv, say));
        await seats.requester.step('ask', () => ask(seats.requester, title, say));
        await seats.requesterHead.step('approve', () => approve(seats.requesterHead, city.requesterHead.password, title, say));
        await seats.steward.step('narrow', () => narrow(seats.steward, title, say));
        await seats.providerHead.step('approve', () => approve(seats.providerHead, city.providerHead.password, title, say));
        const { plain, ciphertext, delivery } = await seats.requester.step('pull and open', () =>
          openRight(seats.requester, title).then(() =>
            pullAndOpen(seats.requester, city, { isDownloaded: i === 0, identity: city.identities[1] }),
          ),
        );

        // What the browser made of the payload is what the stock command makes of it.
        assert.deepEqual(plain, openWithAge(ciphertext, city.identities[0] ?? ''));
        const expected = csv
          .toString()
          .split('\n')
          .map((line) => line.split(',').slice(0, 2).join(','));
        assert.equal(plain.toString(), expected.join('\n'), 'exactly the items that were granted');

        await seats.supervisor.step('check the trail', () => checkTrail(seats.supervisor, city, delivery, say));
        for (const person of people) {
          seats[person].check(person);
          await seats[person].close();
        }
      });
    }

    test('an identity that a browser holds: made, admitted, and it opens what is pulled as the age command does', async (t) => {
      const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
      const { page } = seat;
      if (!(await canHold(page, 'X25519'))) return t.skip('this browser knows no X25519');
      await seat.context.addInitScript(withoutPicker);
      await seat.logIn(city.requesterHead);
      await seat.go('/department');
      await seat.step('make an identity', async () => {
        await page.getByRole('button', { name: '申报接收公钥' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByText('在本浏览器生成').click();
        await dialog.getByLabel('名称').fill('使用人员甲的电脑');
        await dialog.getByRole('button', { name: '申报准入' }).dblclick();
        await dialog.waitFor({ state: 'hidden' });
      });
      const { items } = await city.competentHead.client.call(routes.proposals, { query: { type: 'recipient.admitted' } });
      const [admission, second] = items.filter(({ state }) => state === 'awaiting-approval');
      assert.ok(admission, 'the recipient was not nominated');
      assert.equal(second, undefined, 'a double click made two identities');
      await approved(city.competentHead, admission);

      const dataset = await published(
        city,
        villageEntry({ title: '自然村名录', resourceCode: '3/1/1/1/000088' }),
        villageCsv(1000),
      );
      const right = await granted(city, dataset);
      await seat.context.clearCookies();
      await seat.logIn(city.requester);
      await seat.go(`/rights/${right}`);
      const { plain, ciphertext } = await seat.step('pull and open', () => pullAndOpen(seat, city, { isDownloaded: true }));
      const expected = openWithAge(ciphertext, city.identities[1] ?? '');
      assert.deepEqual(plain, expected);
      assert.ok(expected.length > 1000);
      seat.check('an identity that a browser holds');
      await seat.close();
    });

    test('a browser that can hold no key says so, and how else it is made', async () => {
      const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
      const { page } = seat;
      await seat.context.addInitScript(withoutCurves);
      await seat.logIn(city.providerHead);
      await seat.go('/department');
      for (const [name, command] of [
        ['在本浏览器生成密钥', 'quanlian keys new --out KEY.pem --passphrase'],
        ['申报接收公钥', 'quanlian keys recipient --out IDENTITY.txt'],
      ] as const) {
        await page.getByRole('button', { name }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByText('本浏览器不能保管密钥').waitFor();
        await dialog.getByText(command).waitFor();
        await dialog.getByRole('button', { name: '取消' }).click();
        await dialog.waitFor({ state: 'hidden' });
      }
      seat.check('a browser that can hold no key');
      await seat.close();
    });

    test('a key that a browser holds: made, admitted by the competent department, and it alone signs from then on', async (t) => {
      const { baseUrl } = exchange;
      const holder = await Seat.take(browser, { baseUrl });
      if (!(await canHold(holder.page, 'Ed25519'))) return t.skip('this browser knows no Ed25519');
      await holder.logIn(city.providerHead);
      await holder.go('/department');
      await holder.step('make a key', async () => {
        await holder.page.getByRole('button', { name: '在本浏览器生成密钥' }).click();
        await holder.page.getByRole('dialog').getByRole('button', { name: '在本浏览器生成密钥' }).click();
        await holder.page.getByRole('dialog').waitFor({ state: 'hidden' });
      });
      const { items } = await city.competentHead.client.call(routes.proposals, { query: { type: 'key.admitted' } });
      const [admission] = items.filter(({ state }) => state === 'awaiting-approval');
      assert.ok(admission, 'the key was not nominated');

      const admits = await Seat.take(browser, { baseUrl });
      await admits.logIn(city.competentHead);
      await admits.go(`/inbox/proposals/${admission.id}`);
      await admits.step('admit', async () => {
        await admits.page.getByLabel('再次输入登录密码').fill(city.competentHead.password);
        await admits.page.getByRole('button', { name: '审批同意并签名' }).click();
        await admits.page.getByText('已存证', { exact: true }).first().waitFor();
      });

      const entered = await city.steward.client.call(routes.enterDataset, {
        body: { entry: villageEntry({ title: '居委会名录', resourceCode: '3/1/1/1/000099' }), noSecrets: true },
      });
      assert.equal(entered.state, 'awaiting-signature', 'the exchange signed although the department holds its key');
      await holder.go(`/inbox/proposals/${entered.id}`);
      await holder.step('sign', async () => {
        await holder.page.getByRole('button', { name: '用本浏览器持有的密钥签名' }).click();
        await holder.page.getByText('已存证', { exact: true }).first().waitFor();
      });

      // What waits for a key that ended meanwhile is never signed: the page says so, and whoever prepared it takes it back.
      const entry = villageEntry({ title: '街巷名录', resourceCode: '3/1/1/1/000100' });
      const enter = () => city.steward.client.call(routes.enterDataset, { body: { entry, noSecrets: true } });
      const waiting = await enter();
      assert.equal(waiting.state, 'awaiting-signature');
      const prepares = await Seat.take(browser, { baseUrl });
      const { page } = prepares;
      await prepares.logIn(city.steward);
      await prepares.go(`/inbox/proposals/${waiting.id}`);
      await page.getByText('不在本浏览器中').waitFor();
      const end = await city.competentHead.client.call(routes.endKey, {
        params: { code: city.codes.provider, keyId: waiting.statement.keyId },
        body: { reason: 'rotated', password: city.competentHead.password },
      });
      await settled(city.competentHead, end);
      await prepares.step('a key that ended', async () => {
        await page.getByText(`密钥 ${waiting.statement.keyId.slice(0, 8)} 已结束，不能再签名`).waitFor();
        await page.getByText('quanlian inbox sign').waitFor({ state: 'detached' });
        await page.getByRole('button', { name: '撤下' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('理由').fill('密钥已更换，重新办理。');
        await dialog.getByRole('button', { name: '撤下' }).dblclick();
        await dialog.waitFor({ state: 'hidden' });
        await page.getByText('已退回', { exact: true }).first().waitFor();
        await page.getByText('密钥已更换，重新办理。').waitFor();
        await page.getByRole('button', { name: '撤下' }).waitFor({ state: 'detached' });
      });
      // Prepared anew, the key in force signs.
      await settled(city.steward, await enter());
      await holder.go(`/inbox/proposals/${waiting.id}`);
      await holder.page.getByText('已退回', { exact: true }).first().waitFor();
      assert.equal(await holder.page.getByRole('button', { name: '用本浏览器持有的密钥签名' }).count(), 0);
      await holder.go('/department');
      await holder.page.getByText('已结束（更换').first().waitFor();
      for (const seat of [holder, admits, prepares]) {
        seat.check('a key that a browser holds');
        await seat.close();
      }
    });
  },
);

type SayIn = (zh: string, en: string) => string;

/** Opens the row of the inbox, or of another list, that tells of the dataset. */
async function openRow(page: Page, title: string): Promise<void> {
  await page.locator('tr.row-link', { hasText: title }).first().click();
}

async function publish(seat: Seat, dataset: string, csv: Buffer, say: SayIn): Promise<void> {
  const { page } = seat;
  await seat.go(`/publish/${dataset}`);
  await page.locator('input[type=file]').setInputFiles({ name: '名录.csv', mimeType: 'text/csv', buffer: csv });
  await page.getByText(say('已核对全部 1,000 行，没有问题。', 'All 1,000 rows were checked; nothing is wrong.')).waitFor();
  await page.getByText(say('我确认：不含国家秘密、工作秘密', 'I confirm: no state secrets, no work secrets')).click();
  await page.getByRole('button', { name: say('上传并发布', 'Upload and publish') }).click();
  await page.getByText(say('已上传：1,000 行', 'Uploaded: 1,000 rows')).waitFor();
  await page.getByText(say('已存证', 'Sealed'), { exact: true }).first().waitFor();
}

async function ask(seat: Seat, title: string, say: SayIn): Promise<void> {
  const { page } = seat;
  await seat.go('/find');
  await page.getByLabel(say('名称、摘要、数据项或代码', 'Title, abstract, item or code')).fill(title);
  await openRow(page, title);
  await page.getByText(say('去申请', 'Ask for it')).click();
  await page.getByLabel(say('使用依据', 'Legal basis'), { exact: true }).fill('《社会救助暂行办法》第十七条');
  await page.getByLabel(say('使用场景', 'Scenario'), { exact: true }).fill('社会救助家庭经济状况核对');
  await page.getByRole('button', { name: say('提交本部门负责人审批', 'Submit for approval by my office head') }).click();
  await page.waitForURL('**/requests/*');
}

/** The office head reads the proposal and approves it with the password again; the exchange signs, and it is sealed. */
async function approve(seat: Seat, password: string, title: string, say: SayIn): Promise<void> {
  const { page } = seat;
  await seat.go('/inbox');
  await openRow(page, title);
  await page.waitForURL('**/inbox/proposals/*');
  await page.getByLabel(say('再次输入登录密码', 'Your password again')).fill(password);
  await page.getByRole('button', { name: say('审批同意并签名', 'Approve and sign') }).click();
  await page.getByText(say('已存证', 'Sealed'), { exact: true }).first().waitFor();
}

/** The steward leaves an item out, which makes it an agreement in part. */
async function narrow(seat: Seat, title: string, say: SayIn): Promise<void> {
  const { page } = seat;
  await seat.go('/inbox');
  await openRow(page, title);
  await page.waitForURL('**/inbox/requests/*');
  await page.getByLabel(say('提供 省级代码', 'Provide 省级代码')).uncheck();
  await page.getByText(say('内容已收窄，只能部分同意。', 'It is narrowed, so you can agree in part only.')).waitFor();
  await page.getByRole('button', { name: say('提交负责人审批', 'Hand to the office head') }).click();
  await page.waitForURL('**/inbox/proposals/*');
}

async function openRight(seat: Seat, title: string): Promise<void> {
  await seat.go('/rights');
  await openRow(seat.page, title);
  await seat.page.waitForURL('**/rights/*');
}

/** Pulls under the right that is shown and opens what comes, with an identity from a file or else the one that the browser holds. */
async function pullAndOpen(
  seat: Seat,
  city: SmallCity,
  { isDownloaded, identity }: { isDownloaded: boolean; identity?: string | undefined },
): Promise<{ plain: Buffer; ciphertext: Buffer; delivery: string }> {
  const { page } = seat;
  const say: SayIn = (zh, en) => seat.say(zh, en);
  await page.getByRole('button', { name: say('提取', 'Pull'), exact: true }).click();
  await page.waitForURL('**/deliveries/*');
  const delivery = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  // Its stages come by themselves; then the identity from its file.
  if (identity === undefined)
    assert.ok(await page.getByLabel('本浏览器持有的密钥').isChecked(), 'the identity that the browser holds is not offered');
  else
    await page
      .locator('.identity input[type=file]')
      .setInputFiles({ name: '值班室.txt', mimeType: 'text/plain', buffer: Buffer.from(`# age\n${identity}\n`) });
  // With the receipt the payload is disposed of, so it is fetched before.
  const response = await city.requester.client.open(routes.payload, { params: { id: delivery } });
  const ciphertext = Buffer.from(await response.arrayBuffer());
  const downloaded = isDownloaded ? page.waitForEvent('download') : undefined;
  await page.getByRole('button', { name: say('打开并保存', 'Open and save') }).click();
  await page.getByText(say('已打开，与账本记录一致', 'Opened, and it agrees with the ledger')).waitFor();
  const plain = downloaded
    ? readFileSync(await (await downloaded).path())
    : Buffer.from(
        await page.evaluate<string>(`(async () => {
          const folder = await navigator.storage.getDirectory();
          const file = await (await folder.getFileHandle('picked.csv')).getFile();
          return btoa(String.fromCharCode(...new Uint8Array(await file.arrayBuffer())));
        })()`),
        'base64',
      );
  await page.getByText(say('✓ 回执已存证', '✓ The receipt is sealed')).waitFor();
  return { plain, ciphertext, delivery };
}

/** The supervisor finds the receipt, checks it in the browser itself, and takes the delivery's trail away. */
async function checkTrail(seat: Seat, city: SmallCity, delivery: string, say: SayIn): Promise<void> {
  const { page } = seat;
  const { items } = await city.supervisor.client.call(routes.trail, { query: { delivery } });
  const receipt = items.find(({ type }) => type === 'receipt.signed');
  assert.ok(receipt, 'the receipt is not in the trail');
  await seat.go(`/trail?delivery=${delivery}`);
  await page
    .getByText(`#${receipt.index}`)
    .or(page.getByText(String(receipt.index), { exact: true }))
    .first()
    .waitFor();
  await page.getByRole('button', { name: say('导出', 'Export') }).click();
  const downloaded = page.waitForEvent('download');
  await page.getByRole('button', { name: /JSON/ }).click();
  const exported = readFileSync(await (await downloaded).path(), 'utf8');
  for (const { leafHash } of items) assert.ok(exported.includes(leafHash), `${leafHash} is not in what was exported`);

  await seat.go(`/trail/${receipt.index}`);
  const check = page.getByRole('region', { name: say('查验这条记录', 'Check this entry') });
  await check.getByRole('button', { name: say('查验', 'Check'), exact: true }).click();
  await check.getByRole('status').first().waitFor();
  await check.getByText(say('字节为规范形式', 'The bytes are canonical')).waitFor();
  await check.getByText(say('由账本密钥签署的签封', 'signed with the log’s key')).waitFor();
  await check.getByRole('button', { name: say('再核对整个账本', 'Walk the whole ledger too') }).click();
  await check.getByText(say('正是这些字节', 'is exactly these bytes')).waitFor();
  assert.equal(await check.getByText(say('不符', 'does not hold'), { exact: true }).count(), 0, await check.innerText());
}

function openWithAge(ciphertext: Buffer, identity: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'quanlian-age-'));
  try {
    writeFileSync(join(folder, 'identity.txt'), `${identity}\n`, { mode: 0o600 });
    writeFileSync(join(folder, 'payload.age'), ciphertext);
    execFileSync('age', ['-d', '-i', join(folder, 'identity.txt'), '-o', join(folder, 'plain'), join(folder, 'payload.age')]);
    return readFileSync(join(folder, 'plain'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
