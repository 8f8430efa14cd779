import {
  checkEntries,
  decodeEntryBundle,
  encodeTilePath,
  LogFault,
  openLogKeys,
  TILE_WIDTH,
  tilesBetween,
  type FetchTile,
  type KeysOfEntries,
  type TileReader,
  type TrustRoot,
} from '#ledger';
import type { Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { countText } from '../terminal/progress.js';

// Longer answers are no part of a log: a bundle of 256 entries is the longest.
const bytesMax = TILE_WIDTH * (2 + 65_535);

/** A log's files as a server gives them: the exchange, a mirror, any web server. Nothing of it is believed here. */
export class LogSource {
  readonly url: string;
  /** Sent to the exchange that gave it, and to nobody else. */
  private readonly token: string | undefined;

  /** `address`: of the log (`https://exchange.example/log`), or of the exchange. */
  constructor(
    private readonly desk: Desk,
    address: string,
  ) {
    this.url = logUrl(address);
    this.token = tokenFor(desk, new URL(this.url).origin);
  }

  /** The last checkpoint's bytes. Throws Stop. */
  async checkpoint(): Promise<Uint8Array> {
    const bytes = await this.get('checkpoint');
    if (bytes) return bytes;
    throw new Stop('refused', 'log-missing', {
      zh: `${this.url} 处没有账本签封。`,
      en: `There is no checkpoint at ${this.url}.`,
    });
  }

  /** The log's keys, as its entries show them from the trust root on; only the first where the log does not tell. Throws EvidenceFault, Stop. */
  async logKeys(root: TrustRoot): Promise<KeysOfEntries> {
    return openLogKeys((await this.get('keys')) ?? new Uint8Array(0), root);
  }

  readonly fetchTile: FetchTile = (tile) => this.get(encodeTilePath(tile));

  /** All entries of a tree, in order, each checked against it before it is handed on. Throws LogFault, Stop. */
  async *entries(tree: TileReader): AsyncGenerator<Buffer, void, undefined> {
    const { size } = tree.head;
    for (const { level, index, width } of tilesBetween(0, size)) {
      if (level > 0) return;
      const first = index * TILE_WIDTH;
      const entries = await this.bundle(index, width);
      await checkEntries(tree, first, entries);
      for (const entry of entries) yield Buffer.from(entry);
      this.desk.progress.at(first + width, size, countText);
    }
  }

  /** A bundle; the beginning of the full one where the partial one is gone. */
  private async bundle(index: number, width: number): Promise<Uint8Array[]> {
    const path = encodeTilePath({ level: 'entries', index, width });
    const bytes = await this.get(path);
    if (bytes) return decodeEntryBundle(bytes, width);
    const full = width < TILE_WIDTH ? await this.get(encodeTilePath({ level: 'entries', index, width: TILE_WIDTH })) : undefined;
    if (!full) throw new LogFault('tile-missing', path);
    return decodeEntryBundle(full, TILE_WIDTH).slice(0, width);
  }

  /** Undefined: there is no such file. */
  private async get(path: string): Promise<Uint8Array | undefined> {
    const { fetch: call = fetch } = this.desk.around;
    const headers: Record<string, string> = this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    let response: Response;
    try {
      response = await call(`${this.url}/${path}`, { headers, signal: this.desk.signal });
      if (response.ok) return await bodyOf(response);
    } catch (error) {
      if (error instanceof LogFault || this.desk.signal.aborted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      throw new Stop('unreachable', 'unreachable', {
        zh: `无法读取 ${this.url}/${path}（${why}）。`,
        en: `${this.url}/${path} cannot be read (${why}).`,
      });
    }
    await response.body?.cancel();
    if (response.status === 404) return undefined;
    if (response.status === 401 || response.status === 403) {
      throw new Stop(
        'notLoggedIn',
        'not-logged-in',
        { zh: '存证记录仅向部门人员公开。', en: 'The entries are for people of the departments.' },
        { zh: '登录：quanlian login，或设 QUANLIAN_TOKEN', en: 'Log in: quanlian login, or set QUANLIAN_TOKEN' },
      );
    }
    throw new Stop('unreachable', 'unexpected-answer', {
      zh: `${this.url}/${path} 以 HTTP ${response.status} 应答。`,
      en: `${this.url}/${path} answered with HTTP ${response.status}.`,
    });
  }
}

function logUrl(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw usage(`地址不正确：${address}`, `This is no address: ${address}`);
  const path = url.pathname.replace(/\/+$/, '');
  return `${url.origin}${path === '' ? '/log' : path}`;
}

function tokenFor(desk: Desk, origin: string): string | undefined {
  try {
    const { server, token } = desk.session;
    return server === origin ? token : undefined;
  } catch (error) {
    if (error instanceof Stop && error.exit === 'notLoggedIn') return undefined;
    throw error;
  }
}

/** The body, unless it is longer than anything that a log holds. */
async function bodyOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (response.body) {
    for await (const chunk of response.body) {
      length += (chunk as Uint8Array).length;
      if (length > bytesMax) throw new LogFault('entries-malformed', `more than ${bytesMax} bytes`);
      chunks.push(chunk as Uint8Array);
    }
  }
  return Buffer.concat(chunks);
}
