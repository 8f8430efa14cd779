import { Stop } from './stop.js';

const timeoutMs = 10_000;

/** Reads files of a log over HTTP, bounded in time and size. */
export class LogFiles {
  private readonly base: string;

  /** `token`: of a member, shown where entries are asked for and nowhere else. Throws Stop for an address that is none. */
  constructor(
    url: string,
    private readonly token?: string,
  ) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new Stop('usage', { zh: `“${url}”不是 http(s) 地址。`, en: `“${url}” is no http(s) address.` });
    }
    this.base = url.endsWith('/') ? url : `${url}/`;
  }

  /**
   * The file's bytes, undefined when there is none; of one that is larger than `max` bytes one byte more than that, which no reader
   * takes for whole. Throws Stop `unreachable`.
   */
  async fetch(path: string, max: number): Promise<Uint8Array | undefined> {
    const url = new URL(path, this.base);
    const isSecret = this.token !== undefined && path.startsWith('tile/entries/');
    try {
      const response = await fetch(url, {
        signal: AbortSignal.timeout(timeoutMs),
        ...(isSecret ? { headers: { authorization: `Bearer ${this.token}` }, redirect: 'error' as const } : {}),
      });
      if (response.status === 404 || response.status === 410) {
        await response.body?.cancel();
        return undefined;
      }
      if (response.status === 401 || response.status === 403) throw new Error(`HTTP ${response.status}; --token-file`);
      if (response.status !== 200 || !response.body) throw new Error(`HTTP ${response.status}`);
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of response.body) {
        chunks.push(chunk as Uint8Array);
        size += (chunk as Uint8Array).length;
        if (size > max) break;
      }
      return Buffer.concat(chunks).subarray(0, max + 1);
    } catch (error) {
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? cause.message : message;
      throw new Stop(
        'unreachable',
        { zh: `账本 ${url.href} 无法读取（${why}）。`, en: `The log at ${url.href} cannot be read (${why}).` },
        { cause: error },
      );
    }
  }
}
