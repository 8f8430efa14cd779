// What the console costs before one can work in it: sizes of what is loaded, and the time until the first screen stands, on a cold cache
// with the CPU throttled fourfold (for somebody who was here before: only the cache is cold), and until the page answers. `npm run bench -- console [runs]`. The peer in the same run is what no console can do without: an
// empty page of the same server with a script of as many bytes that only has to be compiled. Goals: 350 kB, 1.5 s.
import { readdirSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { foundSmallCity, published, startExchange, villageCsv, villageEntry, type TestPerson } from '#testing';
import type { Browser } from 'playwright-core';
import { noChromium, openChromium, Seat } from '../tests/console/browser.js';

const runs = Number(process.argv[2] ?? 5);
const throttle = 4;
const goals = { bytes: 350_000, ms: 1500 };
const assets = resolve(import.meta.dirname, '../console/assets');

if (noChromium) throw new Error(noChromium);
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}`);

const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`.padStart(10);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const sizeOf = (name: string) => statSync(join(assets, name)).size;

console.log('\nLargest files                              raw       gzip     brotli');
const names = readdirSync(assets).filter((name) => /\.(?:js|css)$/.test(name));
for (const name of names.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, 15))
  console.log(`${name.padEnd(36)}${kb(sizeOf(name))} ${kb(sizeOf(`${name}.gz`))} ${kb(sizeOf(`${name}.br`))}`);
const all = (ending: string) => names.reduce((sum, name) => sum + sizeOf(`${name}${ending}`), 0);
console.log(`${`all ${names.length}`.padEnd(36)}${kb(all(''))} ${kb(all('.gz'))} ${kb(all('.br'))}`);

/** What a browser keeps of somebody who was here before. */
type Kept = Awaited<ReturnType<Seat['context']['storageState']>>;

interface Screen {
  readonly ms: number;
  readonly answersMs: number;
  readonly files: readonly string[];
}

/** Loads an address with nothing in the cache; the time until this element is painted, and the files that came. */
async function firstScreen(
  browser: Browser,
  baseUrl: string,
  path: string,
  selector: string,
  kept: Kept | undefined,
): Promise<Screen> {
  const seat = await Seat.take(browser, { baseUrl, ...(kept ? { context: { storageState: kept } } : {}) });
  const { page, context } = seat;
  const files: string[] = [];
  page.on('response', (response) => {
    const name = new URL(response.url()).pathname.split('/assets/')[1];
    if (name !== undefined) files.push(name);
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: throttle });
  // A message sent while a frame is made arrives when it was painted.
  await context.addInitScript(`globalThis.seen = new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    const isThere = () => document.querySelector(${JSON.stringify(selector)})?.getClientRects().length > 0;
    port1.onmessage = () => done(performance.now());
    const look = () => requestAnimationFrame(() => (isThere() ? port2.postMessage('') : look()));
    look();
  })`);
  // Asked by the protocol alone: Playwright's own looking compiles its script in the page and makes it lay itself out before its time.
  const ask = async (expression: string) =>
    (await cdp.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result.value as number;
  await page.goto(path, { waitUntil: 'commit' });
  const ms = await ask('seen');
  const answersMs = await ask(
    `new Promise((done) => { const look = () => { const mark = document.getElementById('root')?.dataset.answers; mark ? done(Number(mark)) : document.getElementById('root') === null ? done(-1) : setTimeout(look, 20); }; look(); })`,
  );
  await context.close();
  return { ms, answersMs, files };
}

/** A server in use: it has drawn pages before, and its code is compiled. */
async function usedBefore(baseUrl: string, { cookies }: Kept): Promise<void> {
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  for (let i = 0; i < 40; i++) await (await fetch(baseUrl, { headers: { cookie, accept: 'text/html' } })).text();
}

const exchange = await startExchange({ label: 'bench-console' });
const browser = await openChromium();
try {
  const city = await foundSmallCity(exchange);
  await published(city, villageEntry(), villageCsv(100));
  const { baseUrl } = exchange;

  const keptOf = async (person: TestPerson) => {
    const seat = await Seat.take(browser, { baseUrl });
    await seat.logIn(person);
    const kept = await seat.context.storageState();
    await seat.context.close();
    return kept;
  };
  const screens = [
    { name: 'log in', path: '/login', selector: 'input[type=password]' },
    { name: 'requester: find', path: '/', selector: 'tr.row-link', person: city.requester },
    { name: 'steward: inbox', path: '/', selector: '.content h1', person: city.steward },
    { name: 'office head: inbox', path: '/', selector: '.content h1', person: city.providerHead },
    { name: 'supervisor: trail', path: '/', selector: '.content h1', person: city.supervisor },
  ];
  console.log(`\nFirst screen, cold cache, CPU ÷ ${throttle}, median of ${runs}          brotli       time    answers`);
  let most = 0;
  for (const { name, path, selector, person } of screens) {
    const kept = person ? await keptOf(person) : undefined;
    if (kept) await usedBefore(baseUrl, kept);
    const taken: Screen[] = [];
    for (let run = 0; run < runs; run++) taken.push(await firstScreen(browser, baseUrl, path, selector, kept));
    const bytes = (taken[0]?.files ?? []).reduce((sum, file) => sum + sizeOf(`${file}.br`), 0);
    most = Math.max(
      most,
      (taken[0]?.files ?? []).filter((file) => file.endsWith('.js')).reduce((sum, file) => sum + sizeOf(file), 0),
    );
    const ms = median(taken.map((one) => one.ms));
    const answersMs = median(taken.map((one) => one.answersMs));
    // The door is plain elements: it answers when it stands.
    const answers = answersMs < 0 ? 'at once' : `${answersMs.toFixed(0)} ms`;
    const verdict = [bytes > goals.bytes ? 'too large' : '', ms > goals.ms ? 'too slow' : ''].filter(Boolean).join(', ');
    console.log(
      `${name.padEnd(48)}${kb(bytes)} ${`${ms.toFixed(0)} ms`.padStart(10)} ${answers.padStart(10)}  ${verdict || 'within the goals'}`,
    );
  }

  // The peer: the same number of bytes of script on an empty page, compiled and run once, doing nothing.
  const idle = `(function(){${'var a=function(b,c){return b+c};'.repeat(Math.ceil(most / 32))}})();document.title="done"`;
  const peers: number[] = [];
  for (let run = 0; run < runs; run++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route('**/peer/**', (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: idle })
        : route.fulfill({ contentType: 'text/html', body: '<!doctype html><h1>empty</h1><script src="/peer/idle.js"></script>' }),
    );
    const cdp = await context.newCDPSession(page);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: throttle });
    await page.goto(`${baseUrl}/peer/page`);
    peers.push(await page.evaluate<number>('new Promise((done) => requestAnimationFrame(() => done(performance.now())))'));
    await context.close();
  }
  console.log(
    `${`an empty page with ${(most / 1e6).toFixed(2)} MB of script that does nothing`.padEnd(59)}${`${median(peers).toFixed(0)} ms`.padStart(11)}`,
  );
} finally {
  await browser.close();
  await exchange.stop();
}
