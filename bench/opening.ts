// How fast a delivery is opened in the console: downloaded, decrypted, checked against the ledger and written to disk at once, in a worker.
// `npm run bench -- opening [MiB]`. The peers in the same run are the download alone and `age -d` of the file that lies there, which checks
// nothing but the encryption itself.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { routes } from '#contracts';
import { deliveryIn, foundSmallCity, granted, published, startExchange, villageEntry } from '#testing';
import { noChromium, openChromium, Seat } from '../tests/console/browser.js';

const mib = 1024 * 1024;
const sizeMib = Number(process.argv[2] ?? 200);
// The browser's own disk stands for the place that a person would choose.
const ownPicker = `globalThis.showSaveFilePicker = async ({ suggestedName }) =>
  (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true })`;

if (noChromium) throw new Error(noChromium);
console.log(`${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`);

function csvOf(sizeBytes: number): Buffer {
  const name = '某某省某某市某某区'.repeat(7);
  const rows = Array.from({ length: Math.ceil(sizeBytes / 205) }, (_, i) => `${990100000000 + i},${name},42\n`);
  return Buffer.from(`code,name,provinceCode\n${rows.join('')}`);
}

async function timed<T>(
  what: string,
  sizeBytes: (done: T) => number,
  work: () => T | Promise<T>,
): Promise<{ done: T; rate: number }> {
  const begun = performance.now();
  const done = await work();
  const seconds = (performance.now() - begun) / 1000;
  const rate = sizeBytes(done) / mib / seconds;
  console.log(`${what.padEnd(52)}${seconds.toFixed(2).padStart(8)} s ${rate.toFixed(1).padStart(8)} MiB/s`);
  return { done, rate };
}

const exchange = await startExchange({ label: 'bench-opening' });
const browser = await openChromium();
const folder = mkdtempSync(join(tmpdir(), 'quanlian-bench-'));
try {
  const city = await foundSmallCity(exchange);
  const { requester, identities } = city;
  const dataset = await published(city, villageEntry(), csvOf(sizeMib * mib));
  const right = await granted(city, dataset);
  const { delivery } = await requester.client.call(routes.pull, { params: { id: right }, body: {} });
  const { sizeBytes = 0 } = await deliveryIn(requester, delivery, 'prepared');
  console.log(`\nA delivery of ${(sizeBytes / mib).toFixed(0)} MiB`);

  const [age, identity, plain] = ['payload.age', 'identity.txt', 'plain'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const payload = await timed(
    'downloaded by a program',
    (bytes: Buffer) => bytes.length,
    async () => {
      const response = await requester.client.open(routes.payload, { params: { id: delivery } });
      return Buffer.from(await response.arrayBuffer());
    },
  );
  writeFileSync(age, payload.done);
  writeFileSync(identity, `${identities[0]}\n`, { mode: 0o600 });
  const byAge = await timed(
    'age -d, from disk to disk',
    () => statSync(plain).size,
    () => execFileSync('age', ['-d', '-i', identity, '-o', plain, age]),
  );

  const seat = await Seat.take(browser, { baseUrl: exchange.baseUrl });
  const { page } = seat;
  page.setDefaultTimeout(10 * 60_000);
  await seat.context.addInitScript(ownPicker);
  await seat.logIn(requester);
  await seat.go(`/deliveries/${delivery}`);
  await page
    .locator('.identity input[type=file]')
    .setInputFiles({ name: 'identity.txt', mimeType: 'text/plain', buffer: Buffer.from(`${identities[0]}\n`) });
  const open = page.getByRole('button', { name: '打开并保存' });
  const opened = await timed(
    'opened in the console',
    () => statSync(plain).size,
    async () => {
      await open.click();
      await page.getByText('已打开，与账本记录一致').waitFor();
    },
  );
  console.log(
    `\nage -d is ${(byAge.rate / opened.rate).toFixed(1)} times as fast, the download alone ${(payload.rate / opened.rate).toFixed(1)} times`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
  await browser.close();
  await exchange.stop();
}
