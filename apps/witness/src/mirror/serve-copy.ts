import { createHash, timingSafeEqual } from 'node:crypto';
import {
  decodeCheckpoint,
  decodeNote,
  decodeTilePath,
  encodeLogProof,
  encodeVerifierKey,
  LogFault,
  proveInclusion,
  TileReader,
  type Tile,
} from '#ledger';
import type { LogKeys } from '../log-keys.js';
import type { MirrorCopy } from './copy.js';

/** What a request for a file of the copy is answered. */
export interface CopyAnswer {
  readonly status: 200 | 401 | 404;
  readonly type: string;
  readonly caching: string;
  readonly body: Uint8Array | string;
}

const plain = 'text/plain; charset=utf-8';
const forEver = 'public, max-age=31536000, immutable';
const forOneReader = 'private, max-age=31536000, immutable';

/** Hands out a copy as the log itself is served (docs/formats/log-http.md): for when the exchange is gone. */
export class ServedCopy {
  constructor(
    private readonly copy: MirrorCopy,
    private readonly logKeys: LogKeys,
    /** The token that readers of entries show; undefined: entries are everybody's. */
    private readonly readerToken: string | undefined,
  ) {}

  /** `path` is what follows `/log/`. Throws Stop when a file cannot be read. */
  async answer(path: string, authorization: string | undefined): Promise<CopyAnswer> {
    if (path === 'checkpoint') return told(this.copy.checkpoint());
    if (path === 'keys') return told(this.copy.keys(), 'application/x-ndjson');
    if (path === 'vkey') return told(this.logKeys.believed.map((key) => `${encodeVerifierKey(key)}\n`).join(''));
    const [, index] = /^proof\/(0|[1-9][0-9]{0,14})$/.exec(path) ?? [];
    if (index !== undefined) return told(await this.prove(Number(index)));
    const tile = tileAt(path);
    if (tile?.level !== 'entries') return file(tile && this.copy.tile(tile), forEver);
    // First, so that a stranger cannot tell what there is.
    if (this.readerToken !== undefined && !isToken(this.readerToken, authorization)) {
      return { status: 401, type: plain, caching: 'no-store', body: '须出示读取令牌。 The reader’s token is needed.\n' };
    }
    return file(this.copy.tile(tile), this.readerToken === undefined ? forEver : forOneReader);
  }

  private async prove(index: number): Promise<string | undefined> {
    const note = this.copy.checkpoint();
    if (!note) return undefined;
    const head = decodeCheckpoint(decodeNote(note).text);
    if (index >= head.size) return undefined;
    const tree = new TileReader(head, async (tile) => this.copy.tile(tile), 8);
    const hashes = await proveInclusion(tree, index, head.size);
    return encodeLogProof({ index, hashes, checkpoint: note.toString('utf8') });
  }
}

function tileAt(path: string): Tile | undefined {
  try {
    return decodeTilePath(path);
  } catch (error) {
    if (error instanceof LogFault) return undefined;
    throw error;
  }
}

/** Compared by their digests: as long for every token, however much of it is right. */
function isToken(token: string, authorization: string | undefined): boolean {
  const [, given] = /^Bearer (\S{1,1024})$/.exec(authorization ?? '') ?? [];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

const told = (text: Uint8Array | string | undefined, type = plain): CopyAnswer =>
  text === undefined || text.length === 0 ? unknown : { status: 200, type, caching: 'public, max-age=1', body: text };

const file = (bytes: Uint8Array | undefined, caching: string): CopyAnswer =>
  bytes ? { status: 200, type: 'application/octet-stream', caching, body: bytes } : unknown;

const unknown: CopyAnswer = {
  status: 404,
  type: plain,
  caching: 'no-store',
  body: '没有此文件。 There is no such file.\n',
};
