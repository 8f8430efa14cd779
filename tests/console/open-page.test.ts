import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { DeliveryManifest, StatementBody } from '#contracts';
import { ageRecipientOf, encodeCanonical, encryptAge, generateAgeIdentity, randomId, sha256Hex, type AgeIdentity } from '#crypto';
import { encodeEntry, NO_ENTRY, type TrustRoot } from '#ledger';
import type { Browser, BrowserContext, Download, Page } from 'playwright-core';
import { codeOf, SampleCity, type Said } from '../../libs/ledger/src/sample-city.js';
import { noChromium, openChromium } from './browser.js';

const file = resolve(import.meta.dirname, '../../console/open.html');
const folder = mkdtempSync(join(tmpdir(), 'quanlian-open-page-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const city = new SampleCity();
const [provider, grantee] = [codeOf(1), codeOf(2)];

const trustRoot: TrustRoot = {
  v: 1,
  origin: city.origin,
  competent: { department: city.competent, ...keyOf(city.keyOf(city.competent)) },
  exchangeKey: keyOf(city.exchange),
  logKey: keyOf(city.log),
  inForce: 'durable',
};
function keyOf({ keyId, publicKey }: { keyId: string; publicKey: string }) {
  return { keyId, publicKey };
}

const sealed = (index: number, { bytes, signatures }: Said) => ({
  index,
  bytes: encodeEntry({ index, prev: NO_ENTRY, sealedAt: '2026-02-03T00:00:00.000Z', signatures }, bytes).toString('base64'),
});

/** A manifest as the exchange makes it, its two entries signed by the sample city's exchange. */
function manifestOf(plaintext: Buffer, ciphertext: { sha256: string; sizeBytes: number }, recipient: string): DeliveryManifest {
  const [delivery, right, dataset, version] = [randomId(), randomId(), randomId(), randomId()];
  const key = Buffer.alloc(32, 5);
  const rows = plaintext.toString('latin1').split('\n').length - 2;
  const found = { ciphertextSha256: ciphertext.sha256, sizeBytes: ciphertext.sizeBytes, rows };
  const plaintextHmac = createHmac('sha256', key).update(plaintext).digest('hex');
  const of = { delivery, right, dataset };
  const scope: DeliveryManifest['scope'] = { op: '=', item: 'code', value: '42' };
  const masked = { item: 'name', transformation: { kind: 'keep' as const, first: 1, last: 0 } };
  const decided = {
    ...of,
    grantee,
    version,
    items: ['code', 'name'],
    rows: scope,
    transformations: [masked],
    format: 'csv',
    recipients: [recipient],
    rowsAtMost: rows,
    computedAt: 7,
    decidedAt: '2026-02-03T00:00:00.000Z',
    quotaBefore: { pulls: 0, rows: 0, pullsToday: 0 },
  } satisfies StatementBody<'delivery.decided'>;
  const text = { type: 'C', required: false, personal: false } as const;
  return {
    v: 1,
    type: 'quanlian/delivery-manifest',
    origin: city.origin,
    delivery,
    right,
    sentence: { zh: '民政局可以使用婚姻登记。', en: 'Civil Affairs may use the register of marriages.' },
    dataset: { id: dataset, title: '婚姻登记', version },
    grantor: { code: provider, name: '市民政局' },
    grantee: { code: grantee, name: '市医保局' },
    format: 'csv',
    items: [
      { name: 'code', title: '编号', ...text },
      { name: 'name', title: '姓名', ...text, transformation: masked.transformation },
    ],
    scope,
    ...found,
    plaintextHmac,
    plaintextHmacKey: key.toString('base64url'),
    recipients: [recipient],
    entries: {
      decided: sealed(8, city.say('delivery.decided', decided, { issuer: 'exchange', after: randomId() })),
      prepared: sealed(
        9,
        city.say(
          'delivery.prepared',
          { ...of, attempt: randomId(), ...found, plaintextHmac },
          { issuer: 'exchange', after: delivery },
        ),
      ),
    },
  };
}

async function encryptedByUs(plaintext: Buffer, recipient: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encryptAge([recipient], [plaintext])) pieces.push(piece);
  return Buffer.concat(pieces);
}
const measured = (bytes: Buffer) => ({ sha256: sha256Hex(bytes), sizeBytes: bytes.length });
const plaintext = Buffer.from(`code,name\n${Array.from({ length: 20_000 }, (_, i) => `42,王${i}*\n`).join('')}`);

describe('the page that makes keys and opens deliveries', { skip: noChromium }, () => {
  let browser: Browser;
  let key: AgeIdentity;
  before(async () => {
    browser = await openChromium();
    key = await generateAgeIdentity();
    writeFileSync(at('identity.txt'), `# public key: ${key.recipient}\n${key.identity}\n`, { mode: 0o600 });
    writeFileSync(at('trust-root.json'), encodeCanonical(trustRoot));
    const ours = await encryptedByUs(plaintext, key.recipient);
    writeFileSync(at('data.age'), ours);
    writeFileSync(at('manifest.json'), encodeCanonical(manifestOf(plaintext, measured(ours), key.recipient)));
  });
  after(() => browser?.close());

  /** Opens the page from the disk; fails when it asks for anything, complains, or does not fit. */
  async function inPage(
    work: (page: Page) => Promise<void>,
    { withPicker = false, url = `file://${file}`, ...options }: { withPicker?: boolean; url?: string; locale?: string } = {},
  ): Promise<void> {
    const context: BrowserContext = await browser.newContext({
      locale: 'zh-CN',
      viewport: { width: 360, height: 800 },
      ...options,
    });
    try {
      // Without its dialog the browser takes the way through memory, as Firefox and Safari do.
      if (!withPicker) await context.addInitScript('delete window.showSaveFilePicker');
      const page = await context.newPage();
      const troubles: string[] = [];
      page.on('request', (request) => {
        if (request.url() !== url && !/^(blob|data):/.test(request.url())) troubles.push(`request: ${request.url()}`);
      });
      page.on('console', (message) => troubles.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => troubles.push(`error: ${String(error)}`));
      await page.goto(url);
      await work(page);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360, 'the page is wider than a small phone');
      assert.deepEqual(troubles, []);
    } finally {
      await context.close();
    }
  }
  const choose = async (page: Page, ...names: string[]) => {
    await page.setInputFiles('#files', names.map(at));
    await page
      .locator('#chosen .good, #chosen .bad')
      .nth(names.length - 1)
      .waitFor({ state: 'attached' });
  };
  const ended = async (page: Page): Promise<string> => (await page.locator('#ended').textContent()) ?? '';
  /** The signs before the six checks, in order. */
  const marks = async (page: Page): Promise<string> => (await page.locator('#results .mark').allTextContents()).join('');
  const contentOf = async (saved: Download): Promise<Buffer> => readFileSync(await saved.path());
  async function openInPage(page: Page): Promise<Download> {
    const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#start')]);
    return saved;
  }

  test('a key made in the page is one of age: its file opens what the age command encrypts to it, and so does the page', async () => {
    await inPage(async (page) => {
      const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#make-key')]);
      assert.match(saved.suggestedFilename(), /^age1[a-z0-9]{8}-identity\.txt$/);
      const identity = await contentOf(saved);
      const [, recipient = '', secret = ''] =
        /^# created: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n# public key: (age1\w{58})\n(AGE-SECRET-KEY-1\w{58})\n$/.exec(
          identity.toString(),
        ) ?? [];
      assert.equal(await ageRecipientOf(secret), recipient);
      assert.equal(await page.locator('#recipient').textContent(), recipient);
      writeFileSync(at('made-identity.txt'), identity, { mode: 0o600 });
      writeFileSync(at('plain.csv'), plaintext);
      execFileSync('age', ['-r', recipient, '-o', at('by-age.age'), at('plain.csv')]);
      assert.ok(execFileSync('age', ['-d', '-i', at('made-identity.txt'), at('by-age.age')]).equals(plaintext));

      await choose(page, 'by-age.age', 'made-identity.txt');
      assert.ok(await page.locator('#noManifest').isVisible());
      const opened = await openInPage(page);
      assert.equal(opened.suggestedFilename(), 'by-age');
      assert.ok((await contentOf(opened)).equals(plaintext));
      const told = await ended(page);
      assert.match(told, /未与账本核对/);
      assert.ok(told.includes(`.age 文件的 SHA-256：${sha256Hex(readFileSync(at('by-age.age')))}`), told);
      assert.equal(await marks(page), '–––✓––');
    });
  });

  test('a delivery with its manifest is shown, opened, compared and saved; in both languages', async () => {
    await inPage(async (page) => {
      await choose(page, 'data.age', 'manifest.json', 'identity.txt', 'trust-root.json');
      const facts = (await page.locator('#manifest').textContent()) ?? '';
      for (const fact of ['婚姻登记', '市民政局', provider, '市医保局', '只留前 1 位', '20000 行', '民政局可以使用婚姻登记。'])
        assert.ok(facts.includes(fact), `${fact} is not in ${facts}`);
      const saved = await openInPage(page);
      assert.match(saved.suggestedFilename(), /^婚姻登记-[0-9a-f]{8}\.csv$/);
      const content = await contentOf(saved);
      assert.ok(content.equals(execFileSync('age', ['-d', '-i', at('identity.txt'), at('data.age')])));
      assert.equal(await marks(page), '✓✓✓✓✓✓');
      assert.match(await ended(page), /^全部核对通过/);
      await page.click('#language');
      assert.match(await ended(page), /^All of it agrees/);
      assert.equal(await page.evaluate('document.documentElement.lang'), 'en');
      assert.match((await page.locator('#manifest').textContent()) ?? '', /cut to its first 1/);
    });
  });

  test('promise 11: what does not agree is named by the check that fails, and nothing is saved', async () => {
    const data = readFileSync(at('data.age'));
    const manifest = JSON.parse(readFileSync(at('manifest.json'), 'utf8')) as DeliveryManifest;
    const altered = Buffer.from(data);
    altered[data.length >> 1] = (altered[data.length >> 1] as number) ^ 1;
    writeFileSync(at('altered.age'), altered);
    writeFileSync(at('other-identity.txt'), `${(await generateAgeIdentity()).identity}\n`);
    const again = await encryptedByUs(plaintext, key.recipient);
    writeFileSync(at('again.age'), again);
    const otherKey = { ...manifest, plaintextHmacKey: Buffer.alloc(32, 6).toString('base64url') };
    writeFileSync(at('other-key.json'), JSON.stringify(otherKey));
    const fewer = Buffer.from(plaintext.toString().replace('王7*\n', '王7*'));
    writeFileSync(at('rows.age'), await encryptedByUs(fewer, key.recipient));
    const claims = { ...manifestOf(fewer, measured(readFileSync(at('rows.age'))), key.recipient) };
    writeFileSync(at('rows.json'), JSON.stringify(miscounted(claims)));

    const cases: [string, string[], string, RegExp][] = [
      ['an altered byte', ['altered.age', 'manifest.json', 'identity.txt'], '✓–✗–––', /摘要不一致/],
      ['another file to the same recipient', ['again.age', 'manifest.json', 'identity.txt'], '✓–✗–––', /摘要不一致/],
      ['a foreign identity', ['data.age', 'manifest.json', 'other-identity.txt'], '✓–✓✗––', /不是该文件的接收者/],
      ['another key of the HMAC', ['data.age', 'other-key.json', 'identity.txt', 'trust-root.json'], '✓✓✓–✗–', /摘要不一致/],
      ['another number of rows', ['rows.age', 'rows.json', 'identity.txt'], '✓–✓✓✓✗', /摘要不一致/],
      ['damage without a manifest', ['altered.age', 'identity.txt'], '–––✗––', /不完整，或已被改动/],
    ];
    for (const [name, files, signs, says] of cases) {
      await inPage(async (page) => {
        page.on('download', () => assert.fail(`${name}: something was saved`));
        await choose(page, ...files);
        await page.click('#start');
        await page.waitForSelector('#ended');
        assert.equal(await marks(page), signs, name);
        assert.match(await ended(page), says, name);
        assert.match(await ended(page), /未保存任何内容/, name);
      });
    }
  });

  test('a manifest that says other than its entries, or whose entries another exchange signed, is not taken', async () => {
    const manifest = JSON.parse(readFileSync(at('manifest.json'), 'utf8')) as DeliveryManifest;
    writeFileSync(at('wrong.json'), JSON.stringify({ ...manifest, rows: manifest.rows + 1 }));
    const others = { ...trustRoot, exchangeKey: keyOf(new SampleCity().exchange) };
    writeFileSync(at('other-root.json'), encodeCanonical(others));
    await inPage(async (page) => {
      await choose(page, 'wrong.json');
      assert.match((await page.locator('#chosen .bad').locator('..').textContent()) ?? '', /wrong\.json.*rows/);
      await choose(page, 'data.age', 'manifest.json', 'identity.txt', 'other-root.json');
      await page.click('#start');
      await page.waitForSelector('#ended');
      assert.equal(await marks(page), '✓✗––––');
      assert.match(await ended(page), /签名验证失败/);
    });
  });

  test('its policy lets nothing out: no connection, no script or style but its own', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const html = readFileSync(file, 'utf8');
    assert.doesNotMatch(html.replace(/<script>[\s\S]*<\/script>/, ''), /(src|href)="(?!data:)/);
    await page.goto(`file://${file}`);
    const tried = await page.evaluate(`(async () => {
      const violated = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => violated.push(effectiveDirective));
      const fetched = await fetch('https://example.test/').then(() => 'sent', () => 'stopped');
      new Image().src = 'https://example.test/x.png';
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.head.append(script);
      await new Promise((done) => setTimeout(done, 200));
      return { fetched, injected: 'injected' in window, violated: violated.sort() };
    })()`);
    assert.deepEqual(tried, { fetched: 'stopped', injected: false, violated: ['connect-src', 'img-src', 'script-src-elem'] });
    await context.close();
  });

  test('128 MiB go straight to a file that the person named, in bounded memory; a file that is not the sealed one leaves none', async (context) => {
    // Only the dialog is imitated: the file is a real one of the browser's own file system, written as any other.
    const server = await servePage();
    const { port } = server.address() as { port: number };
    const sizeBytes = 128 * 1024 * 1024;
    await writeLarge(sizeBytes, key.recipient);
    const init = `window.showSaveFilePicker = async ({ suggestedName }) =>
      (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true })`;
    const visit = await browser.newContext({ locale: 'en-GB' });
    try {
      await visit.addInitScript(init);
      const page = await visit.newPage();
      await page.goto(`http://127.0.0.1:${port}/open.html`);
      await choose(page, 'large.age', 'large.json', 'identity.txt', 'trust-root.json');
      const begun = Date.now();
      await page.click('#start');
      let mostHeap = 0;
      while (!(await page.locator('#ended').isVisible())) {
        mostHeap = Math.max(mostHeap, await heapBytes(page));
        await new Promise((done) => setTimeout(done, 250));
      }
      const seconds = (Date.now() - begun) / 1000;
      assert.equal(await marks(page), '✓✓✓✓✓✓', await ended(page));
      const saved = await savedFiles(page);
      assert.deepEqual(
        saved.map(({ size }) => size),
        [sizeBytes],
      );
      assert.ok(mostHeap < 112 * 1024 * 1024, `${mostHeap} bytes of heap`);
      context.diagnostic(
        `${(sizeBytes / 1048576 / seconds).toFixed(1)} MiB/s, heap at most ${(mostHeap / 1048576).toFixed(0)} MiB`,
      );

      writeFileSync(at('longer.age'), Buffer.concat([readFileSync(at('data.age')), Buffer.of(0)]));
      await clearFiles(page);
      await choose(page, 'longer.age', 'manifest.json', 'identity.txt');
      await page.click('#start');
      await page.waitForSelector('#ended');
      assert.match(await ended(page), /Nothing was saved/);
      assert.deepEqual(await savedFiles(page), []);
    } finally {
      await visit.close();
      server.close();
    }
  });

  async function servePage(): Promise<Server> {
    const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(readFileSync(file)));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return server;
  }

  async function writeLarge(sizeBytes: number, recipient: string): Promise<void> {
    const lines = Buffer.from(`${'42,'.padEnd(1023, 'x')}\n`.repeat(1024));
    const header = Buffer.from('code,name\n');
    const whole = Buffer.concat([header, ...Array.from({ length: sizeBytes / lines.length }, () => lines)]).subarray(
      0,
      sizeBytes,
    );
    whole[sizeBytes - 1] = 0x0a;
    const ciphertext = await encryptedByUs(whole, recipient);
    writeFileSync(at('large.age'), ciphertext);
    writeFileSync(at('large.json'), encodeCanonical(manifestOf(whole, measured(ciphertext), recipient)));
  }
});

/** What the exchange would have signed had it counted wrongly: one row more, in the entry and in the manifest. */
function miscounted(manifest: DeliveryManifest): DeliveryManifest {
  const { delivery, right, dataset, ciphertextSha256, sizeBytes, plaintextHmac } = manifest;
  const rows = manifest.rows + 1;
  const body = { delivery, right, dataset: dataset.id, attempt: randomId(), ciphertextSha256, sizeBytes, plaintextHmac, rows };
  const prepared = sealed(9, city.say('delivery.prepared', body, { issuer: 'exchange', after: delivery }));
  return { ...manifest, rows, entries: { ...manifest.entries, prepared } };
}

const heapBytes = (page: Page): Promise<number> => page.evaluate('performance.memory.usedJSHeapSize');

/** Names and sizes of the files in the browser's own file system. */
const savedFiles = (page: Page): Promise<{ name: string; size: number }[]> =>
  page.evaluate(`(async () => {
    const found = [];
    for await (const handle of (await navigator.storage.getDirectory()).values())
      found.push({ name: handle.name, size: (await handle.getFile()).size });
    return found;
  })()`);
const clearFiles = (page: Page): Promise<void> =>
  page.evaluate(`(async () => {
    const root = await navigator.storage.getDirectory();
    for await (const { name } of root.values()) await root.removeEntry(name);
  })()`);
