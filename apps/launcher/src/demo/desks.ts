import { setTimeout as sleep } from 'node:timers/promises';
import { CallError, createClient, routes, type Answer, type CallOptions, type Client, type Route, type Sent } from '#contracts';
import type { DemoAccount } from './demo-folder.js';

/** What the exchange says when it is only busy: the same call a little later is the right answer. */
const passing = new Set(['inbox-full', 'unavailable', 'ledger-unavailable', 'too-many']);
const patienceMs = 30_000;

/** The desks of the city's people: each is logged in with a token of their own when first needed, and logged out at the end. */
export class Desks {
  private readonly tokens = new Map<string, Promise<string>>();

  constructor(
    private readonly baseUrl: string,
    private readonly accounts: readonly DemoAccount[],
    private readonly locale: 'zh' | 'en',
    private readonly transport: typeof fetch = fetch,
  ) {}

  account(login: string): DemoAccount {
    const account = this.accounts.find((each) => each.login === login);
    if (!account) throw new Error(`Nobody logs in as ${login}`);
    return account;
  }

  /** Calls a route as this person. Throws CallError with the exchange's refusal. */
  async call<T extends Route>(login: string, route: T, sent: Sent<T>, options?: CallOptions): Promise<Answer<T>> {
    const client = this.clientOf(await this.tokenOf(login));
    // A stream can be sent only once.
    return options?.stream ? client.call(route, sent, options) : patiently(() => client.call(route, sent, options));
  }

  /** Opens a route's raw answer as this person. */
  async open<T extends Route>(login: string, route: T, sent: Sent<T>): Promise<Response> {
    const client = this.clientOf(await this.tokenOf(login));
    return patiently(() => client.open(route, sent));
  }

  /** Calls a public route; `once` takes "not now" for an answer. */
  async callAsNobody<T extends Route>(route: T, sent: Sent<T>, once = false): Promise<Answer<T>> {
    const client = createClient({ baseUrl: this.baseUrl, locale: this.locale, fetch: this.transport });
    return once ? client.call(route, sent) : patiently(() => client.call(route, sent));
  }

  /** Logs in with another password than the kept one: for the first log-in of a new person. */
  async withPassword<T>(login: string, password: string, use: (client: Client) => Promise<T>): Promise<T> {
    return use(this.clientOf(await this.logIn(login, password)));
  }

  /** Does the kept password open this account? */
  async opens(login: string): Promise<boolean> {
    try {
      await this.tokenOf(login);
      return true;
    } catch (error) {
      this.tokens.delete(login);
      if (error instanceof CallError && error.problem?.code === 'bad-login') return false;
      throw error;
    }
  }

  /** Ends every token that this object opened. */
  async logOut(): Promise<void> {
    const tokens = await Promise.all(this.tokens.values());
    this.tokens.clear();
    await Promise.all(tokens.map((token) => this.clientOf(token).call(routes.logOut, {})));
  }

  private tokenOf(login: string): Promise<string> {
    let token = this.tokens.get(login);
    if (!token) {
      token = this.logIn(login, this.account(login).password);
      this.tokens.set(login, token);
      // A failed log-in is not remembered.
      token.catch(() => this.tokens.delete(login));
    }
    return token;
  }

  private async logIn(login: string, password: string): Promise<string> {
    const { token } = await this.callAsNobody(routes.logIn, {
      body: { login, password, as: 'token', label: '示例数据载入', days: 1 },
    });
    if (token === undefined) throw new Error('The log-in gave no token');
    return token;
  }

  private clientOf(token: string): Client {
    return createClient({ baseUrl: this.baseUrl, token: () => token, locale: this.locale, fetch: this.transport });
  }
}

/** Calls again while the exchange is only busy. What it refuses was not done, so asking again does nothing twice. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 2_000)) {
    try {
      return await call();
    } catch (error) {
      const code = error instanceof CallError ? error.problem?.code : undefined;
      if (code === undefined || !passing.has(code) || Date.now() > deadline) throw error;
      await sleep(waitMs);
    }
  }
}
