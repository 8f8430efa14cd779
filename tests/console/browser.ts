import { readFileSync, mkdirSync, mkdtempSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';

// For tests only: Debian's Chromium before the console, and everything that must never happen in it. QUANLIAN_CHROMIUM names another
// one: the console promises to work in one that is two years old.

const executable = process.env.QUANLIAN_CHROMIUM ?? '/usr/bin/chromium';
/** Why the console's tests are skipped, or false: `test(name, { skip: noChromium }, …)`. */
export const noChromium: string | false = existsSync(executable) ? false : 'chromium is not installed';

/** Chromium without a window, in one process group with the test. It looks nothing up and asks nobody for updates. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: executable,
    // A machine that starts several at once takes its time.
    timeout: 120_000,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export type Locale = 'zh' | 'en';
export type Shade = 'light' | 'dark';

export interface SeatSettings {
  readonly baseUrl: string;
  readonly locale?: Locale;
  readonly width?: number;
  readonly height?: number;
  readonly context?: BrowserContextOptions;
}

// A page tells of a violation of its policy by an event; by then the console exists, whose messages are collected.
const tellViolations = `addEventListener('securitypolicyviolation', (event) =>
  console.error('CSP violation: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile));`;

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/**
 * One person's window with a session, storage and language of its own. It notes what must never happen: an error in the console, a
 * broken script, a violated content policy, a request to anywhere but the exchange. `check` throws when there was any.
 */
export class Seat {
  /** What went wrong since the last check. */
  readonly faults: string[] = [];
  private readonly expected: RegExp[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly baseUrl: string,
    readonly locale: Locale,
  ) {}

  static async take(browser: Browser, settings: SeatSettings): Promise<Seat> {
    const { baseUrl, locale = 'zh', width = 1280, height = 800 } = settings;
    const context = await browser.newContext({
      baseURL: baseUrl,
      locale: locale === 'zh' ? 'zh-CN' : 'en-GB',
      timezoneId: 'Asia/Shanghai',
      viewport: { width, height },
      colorScheme: 'light',
      reducedMotion: 'reduce',
      ...settings.context,
    });
    // Many tests share a machine: what takes a second alone takes its time among them.
    context.setDefaultTimeout(60_000);
    await context.addInitScript(tellViolations);
    const seat = new Seat(context, await context.newPage(), baseUrl, locale);
    seat.watch();
    return seat;
  }

  private watch(): void {
    const { context, faults, baseUrl } = this;
    context.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      faults.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => faults.push(`page error: ${error.error().stack ?? String(error.error())}`));
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== baseUrl && !['data:', 'blob:', 'about:'].includes(url.protocol))
        faults.push(`a request to ${url.origin}: ${request.url()}`);
    });
  }

  /** Says that such a message may come: a refusal that the test brings about, a line that it cuts. */
  expect(...patterns: readonly RegExp[]): void {
    this.expected.push(...patterns);
  }

  /** Throws when anything was noted that the test did not bring about itself. */
  check(where: string): void {
    const found = this.faults.splice(0).filter((fault) => !this.expected.some((pattern) => pattern.test(fault)));
    if (found.length) throw new Error(`${where}:\n${found.join('\n')}`);
  }

  /** Logs in through the door and waits for the page where the day begins. */
  async logIn(person: { readonly login: string; readonly password: string }): Promise<void> {
    const { page } = this;
    await page.goto('/login');
    await page.getByLabel(this.say('登录名', 'Login')).fill(person.login);
    await page.getByLabel(this.say('密码', 'Password')).fill(person.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(({ pathname }) => !['/', '/login'].includes(pathname));
    await this.settle();
  }

  /** The phrase in this seat's language. */
  say(zh: string, en: string): string {
    return this.locale === 'zh' ? zh : en;
  }

  /** Goes to a page of the console without loading the console anew, as a link there would. */
  async go(path: string): Promise<void> {
    // Who is there already goes nowhere: an entry of the history that the router did not make would stand over its own.
    const now = new URL(this.page.url());
    if (now.pathname + now.search === path) return this.settle();
    // The page left stays until the next one's code has come: its heading is not the one waited for.
    if (new URL(path, this.baseUrl).pathname !== new URL(this.page.url()).pathname)
      await this.page.evaluate(`document.querySelectorAll('h1').forEach((heading) => heading.setAttribute('data-left', ''))`);
    await this.goBare(path);
    await this.settle();
  }

  /** The same where no page is expected: the object is somebody else's. */
  async goBare(path: string): Promise<void> {
    await this.page.evaluate(
      `history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
    );
  }

  /** Does a step of a journey; when it fails, the error says what the page said then. */
  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const shown = await this.page
        .locator('body')
        .innerText()
        .catch(() => 'nothing');
      const faults = this.faults.length ? `\n${this.faults.join('\n')}` : '';
      throw new Error(`${what} at ${this.page.url()}; the page said:\n${shown}${faults}`, { cause: error });
    }
  }

  /** Waits until the page has its heading and shows no skeleton any more. */
  async settle(): Promise<void> {
    // A page that the server drew stands before it answers.
    await this.page.locator('#root[data-answers], body:not(:has(#root))').first().waitFor({ state: 'attached' });
    await this.page.locator('h1:not([data-left])').first().waitFor();
    const waiting = this.page.locator('.ant-skeleton-active, .ant-spin-spinning');
    while (await waiting.count()) await waiting.first().waitFor({ state: 'detached' });
  }

  /** Serious and critical findings of axe on what is shown now; throws when there are any. */
  async axe(where: string): Promise<void> {
    const isThere = await this.page.evaluate<boolean>(`typeof axe === 'object'`);
    if (!isThere) await this.page.evaluate(axeSource);
    const violations = await this.page.evaluate<AxeViolation[]>(
      `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)`,
    );
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    if (!grave.length) return;
    const lines = grave.flatMap(({ id, impact, help, nodes }) => [
      `${impact} ${id}: ${help}`,
      ...nodes.slice(0, 5).map(({ html, failureSummary }) => `  ${html.slice(0, 200)}\n  ${failureSummary ?? ''}`),
    ]);
    throw new Error(`axe at ${where}:\n${lines.join('\n')}`);
  }

  /** How many pixels the page is wider than its window; 0 when nothing hangs over. */
  overhang(): Promise<number> {
    return this.page.evaluate<number>(
      `Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - document.documentElement.clientWidth`,
    );
  }

  async resize(width: number, height = 800): Promise<void> {
    await this.page.setViewportSize({ width, height });
    // Layout follows the window a frame later, and components that measure themselves one after that.
    await this.page.evaluate(`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`);
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

const kept = process.env['QUANLIAN_SHOTS'];
let shotsFolder: string | undefined;

/** Where pictures are wanted; undefined: nobody asked for any (QUANLIAN_SHOTS names the folder). */
export const wantsShots = kept !== undefined && kept !== '';

/** Pictures of what the seat shows, at these widths and in these shades; the window is as before afterwards. */
export async function screenshot(
  seat: Seat,
  name: string,
  widths: readonly number[] = [360, 768, 1280, 1920],
  shades: readonly Shade[] = ['light', 'dark'],
): Promise<void> {
  shotsFolder ??= wantsShots ? kept : mkdtempSync(join(tmpdir(), 'quanlian-shots-'));
  const folder = shotsFolder ?? tmpdir();
  mkdirSync(folder, { recursive: true });
  const before = seat.page.viewportSize() ?? { width: 1280, height: 800 };
  for (const shade of shades) {
    await seat.page.emulateMedia({ colorScheme: shade });
    for (const width of widths) {
      await seat.resize(width, width < 500 ? 740 : 900);
      // Playwright would hide the caret by a style element, which the page's policy refuses.
      await seat.page.screenshot({ path: join(folder, `${name}-${width}-${shade}.png`), fullPage: true, caret: 'initial' });
    }
  }
  await seat.page.emulateMedia({ colorScheme: 'light' });
  await seat.resize(before.width, before.height);
}
