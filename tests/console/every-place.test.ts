import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { routes, type Role } from '#contracts';
import { startExchange, type RunningExchange, type TestPerson } from '#testing';
import type { Browser } from 'playwright-core';
import { noChromium, openChromium, screenshot, Seat, wantsShots } from './browser.js';
import { foundLivedInCity, type LivedInCity } from './lived-in.js';
import { consolePlaces, type ConsolePlace } from './places.js';

type Side = 'competent' | 'provider' | 'requester' | 'operator';
/** Which object stands for `:id` in a page's path, for a person of that side; undefined where none is theirs to see. */
type Example = (city: LivedInCity, side: Side) => string | undefined;

const theirs =
  (of: Partial<Record<Side, (city: LivedInCity) => string>>): Example =>
  (city, side) =>
    of[side]?.(city);
const anybodys =
  (of: (city: LivedInCity) => string): Example =>
  (city) =>
    of(city);

/** Everybody's but the operator's, who sees neither requests nor what is sealed about them. */
const notOperators =
  (of: (city: LivedInCity) => string): Example =>
  (city, side) =>
    side === 'operator' ? undefined : of(city);

/** A page with a parameter that does not stand here fails the test: say what to show on it. */
const examples: Readonly<Record<string, Example>> = {
  '/find/:dataset': anybodys((city) => city.dataset),
  '/inbox/requests/:id': theirs({ provider: (city) => city.request }),
  '/inbox/proposals/:id': (city, side) => (side === 'requester' ? city.asking.id : city.grant.id),
  '/rights/:id': anybodys((city) => city.right),
  '/deliveries/:id': anybodys((city) => city.delivery),
  '/publish/:dataset': theirs({ provider: (city) => city.dataset }),
  '/publish/:dataset/entry': theirs({ provider: (city) => city.dataset }),
  '/trail/:index': notOperators((city) => String(city.entry)),
  '/requests/:id': notOperators((city) => city.request),
  '/requests/:id/supplement': theirs({ requester: (city) => city.incomplete }),
  '/ask/:dataset': anybodys((city) => city.dataset),
};

interface Visitor {
  readonly name: string;
  readonly side: Side;
  readonly roles: readonly Role[];
  readonly person: (city: LivedInCity) => TestPerson;
}
const visitors: readonly Visitor[] = [
  { name: 'requester', side: 'requester', roles: ['requester'], person: (city) => city.requester },
  { name: 'office head who asks', side: 'requester', roles: ['office-head'], person: (city) => city.requesterHead },
  { name: 'steward', side: 'provider', roles: ['steward'], person: (city) => city.steward },
  { name: 'office head who grants', side: 'provider', roles: ['office-head'], person: (city) => city.providerHead },
  { name: 'supervisor', side: 'competent', roles: ['supervisor'], person: (city) => city.supervisor },
  { name: 'competent office head', side: 'competent', roles: ['office-head'], person: (city) => city.competentHead },
  { name: 'operator', side: 'operator', roles: ['operator'], person: (city) => city.operator },
];

const mayEnter = ({ roles: wanted }: ConsolePlace, roles: readonly Role[]) =>
  !wanted || wanted.some((role) => roles.includes(role));

describe('every page of the console, as everybody', { skip: noChromium }, () => {
  let exchange: RunningExchange;
  let browser: Browser;
  let city: LivedInCity;
  let places: readonly ConsolePlace[];
  const seen = new Set<string>();
  before(async () => {
    [exchange, browser, places] = await Promise.all([startExchange({ label: 'every-place' }), openChromium(), consolePlaces()]);
    city = await foundLivedInCity(exchange);
  });
  after(async () => {
    await browser?.close();
    await exchange?.stop();
  });

  test('the door', async () => {
    const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
    await seat.page.goto('/find');
    await seat.page.waitForURL('**/login?to=%2Ffind');
    await lookAt(seat, '/login', 'door');
    // A link from outside cannot make the door lead anywhere but into this console.
    for (const elsewhere of ['//example.org/x', '/\\example.org', 'https://example.org/', '/login']) {
      await seat.page.goto(`/login?to=${encodeURIComponent(elsewhere)}`);
      await seat.page.getByLabel('登录名').fill(city.supervisor.login);
      await seat.page.getByLabel('密码').fill(city.supervisor.password);
      await seat.page.getByRole('button', { name: '登录' }).click();
      await seat.page.waitForURL('**/trail');
    }
    await seat.close();
  });

  for (const [i, visitor] of visitors.entries()) {
    test(`${visitor.name}: nothing that must not happen on any page`, async () => {
      const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl, locale: i % 2 === 0 ? 'zh' : 'en' });
      await seat.logIn(visitor.person(city));
      const faults: string[] = [];
      for (const place of places) {
        // All that is wrong with one person's pages is said at once.
        await visit(seat, place, visitor).catch((fault: Error) => faults.push(fault.message));
      }
      assert.deepEqual(faults, []);
      await seat.close();
    });
  }

  async function visit(seat: Seat, place: ConsolePlace, visitor: Visitor): Promise<void> {
    const where = `${place.path} as ${visitor.name}`;
    const example = examples[place.path];
    assert.ok(example || !place.path.includes(':'), `no example for the page ${place.path}: add one to ${import.meta.filename}`);
    const id = example?.(city, visitor.side);
    if (!mayEnter(place, visitor.roles)) {
      await seat.goBare(place.path.replace(/:\w+/, city.dataset));
      await seat.page.getByRole('heading', { name: seat.say('没有这个页面', 'No such page') }).waitFor();
    } else if (example && id === undefined) {
      await findNothing(seat, place.path.replace(/:\w+/, city.grant.id));
    } else {
      await seat.go(place.path.replace(/:\w+/, id ?? ''));
      await lookAt(seat, where, seen.has(place.path) ? undefined : nameOf(place.path));
      // What nobody has looks like what is somebody else's.
      if (example && !seen.has(place.path)) await findNothing(seat, place.path.replace(/:\w+/, 'f'.repeat(32)));
      seen.add(place.path);
    }
    seat.check(where);
  }

  test('each page was entered by somebody', () => {
    assert.deepEqual(
      places.map(({ path }) => path).filter((path) => !seen.has(path)),
      [],
    );
  });

  test('the approving page works at 200 % and by the keyboard alone', async () => {
    const seat = await Seat.take(browser, {
      baseUrl: exchange.baseUrl,
      width: 640,
      height: 400,
      context: { deviceScaleFactor: 2 },
    });
    const { page } = seat;
    await seat.logIn(city.providerHead);
    await seat.go('/inbox');
    await focusBy(seat, `document.activeElement?.getAttribute('href') === '/inbox/proposals/${city.grant.id}'`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/inbox/proposals/${city.grant.id}`);
    await seat.settle();
    assert.equal(await seat.overhang(), 0, 'the approving page hangs over at 200 %');
    await seat.axe('the approving page at 200 %');
    await focusBy(seat, `document.activeElement?.type === 'password'`);
    await page.keyboard.type(city.providerHead.password);
    await page.keyboard.press('Enter');
    await page.getByText('已存证').first().waitFor();
    const { state } = await city.steward.client.call(routes.proposal, { params: { id: city.grant.id } });
    assert.equal(state, 'sealed');
    seat.check('approving by keyboard');
    await seat.close();
  });
});

/** Goes to a page about an object that this person may not see, or that is not there: it says so under a heading and leads back. */
async function findNothing(seat: Seat, path: string): Promise<void> {
  seat.expect(/status of 40[04]/);
  await seat.goBare(path);
  await seat.page.getByRole('heading', { level: 1, name: seat.say('查无此项', 'There is no such thing') }).waitFor();
  await seat.page.getByRole('link', { name: seat.say('回首页', 'Home'), exact: true }).waitFor();
}

const nameOf = (path: string) => path.slice(1).replaceAll(/[/:]+/g, '-');

/** What every page owes: a heading, a title, no grave finding of axe, nothing wider than the window. */
async function lookAt(seat: Seat, where: string, shotName: string | undefined): Promise<void> {
  const { page } = seat;
  await seat.settle();
  const heading = (await page.locator('h1').first().innerText()).trim();
  assert.ok(
    !['', '没有这个页面', 'No such page', '页面出错', 'This page broke', '查无此项', 'There is no such thing'].includes(heading),
    `${where}: the heading is "${heading}"`,
  );
  assert.match(await page.title(), /\S/, `${where}: the window has no title`);
  await seat.axe(where);
  assert.equal(await seat.overhang(), 0, `${where} hangs over at 1280 px`);
  for (const width of [901, 1100]) {
    await seat.resize(width);
    const hangs = await page.evaluate<boolean>(
      `[...document.querySelectorAll('.table-box')].some((box) => box.scrollWidth > box.clientWidth)`,
    );
    assert.equal(hangs, false, `a list on ${where} scrolls sideways at ${width} px`);
  }
  await seat.resize(360, 740);
  assert.equal(await seat.overhang(), 0, `${where} hangs over at 360 px`);
  if (shotName !== undefined) {
    await seat.axe(`${where} at 360 px`);
    if (wantsShots) await screenshot(seat, shotName);
  }
  await seat.resize(1280);
}

/** Presses Tab until the condition holds; throws when the whole page was walked through without it. */
async function focusBy(seat: Seat, condition: string): Promise<void> {
  for (let pressed = 0; pressed < 120; pressed++) {
    await seat.page.keyboard.press('Tab');
    if (await seat.page.evaluate<boolean>(`Boolean(${condition})`)) return;
  }
  throw new Error(`The keyboard does not get to where ${condition}`);
}
