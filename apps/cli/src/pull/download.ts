import { CallError, routes } from '#contracts';
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { sizeText } from '../terminal/progress.js';

const triesMax = 8;
const firstPauseMs = 500;

export interface Payload {
  readonly delivery: string;
  /** Sealed digest of the ciphertext: the payload's ETag. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Downloads a payload into a file, going on from the bytes that lie there already (Range with If-Range: another payload starts anew).
 * A broken connection is taken up again; a refusal ends it at once, and the bytes that came stay for the next run. The file is not
 * believed here: whoever opens it matches it to the sealed digest. Throws CallError, Stop.
 */
export async function download(desk: Desk, payload: Payload, path: string): Promise<void> {
  const { sizeBytes } = payload;
  desk.progress.begin({ zh: '下载', en: 'Downloading' });
  let triesLeft = triesMax;
  for (let before = -1; ;) {
    const have = await sizeOf(path);
    if (have === sizeBytes) break;
    // Every stretch that brought something earns its tries back: a poor line finishes, a dead one does not go on for ever.
    if (have > before) triesLeft = triesMax;
    before = have;
    try {
      await fetchStretch(desk, payload, path, have > sizeBytes ? 0 : have);
    } catch (error) {
      if (!isBrokenLine(error, desk.signal) || triesLeft === 0) throw error;
      await sleep(firstPauseMs * 2 ** Math.min(5, triesMax - triesLeft), undefined, { signal: desk.signal });
      triesLeft--;
    }
  }
  desk.progress.at(sizeBytes, sizeBytes, sizeText);
  desk.progress.finish();
}

async function fetchStretch(desk: Desk, { delivery, sha256, sizeBytes }: Payload, path: string, have: number): Promise<void> {
  const etag = `"${sha256}"`;
  const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-`, 'if-range': etag } : {};
  const response = await desk.client.open(routes.payload, { params: { id: delivery } }, { headers, signal: desk.signal });
  if (response.headers.get('etag') !== etag || !response.body)
    throw new Stop('verification', 'digest-mismatch', {
      zh: '平台给出的文件不是账本所记的那一份，未下载。',
      en: 'The file that the exchange offers is not the one sealed in the ledger; nothing was downloaded.',
    });
  const start = response.status === 206 ? startOf(response.headers.get('content-range'), sizeBytes) : 0;
  if (start !== have && start !== 0) throw unexpected();
  const file = await openAt(path, start);
  try {
    let done = start;
    for await (const chunk of response.body) {
      const bytes = chunk as Uint8Array;
      if (done + bytes.length > sizeBytes) throw unexpected();
      await file.write(bytes, 0, bytes.length, done);
      done += bytes.length;
      desk.progress.at(done, sizeBytes, sizeText);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

// The part file may be longer than where this stretch begins: what lies beyond belongs to another attempt.
async function openAt(path: string, start: number): Promise<FileHandle> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT, 0o600);
  await file.truncate(start);
  return file;
}

function startOf(contentRange: string | null, sizeBytes: number): number {
  const [, start, , total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange ?? '') ?? [];
  if (start === undefined || Number(total) !== sizeBytes) throw unexpected();
  return Number(start);
}

function unexpected(): Stop {
  return new Stop('verification', 'unexpected-answer', {
    zh: '平台的应答与所要的字节范围不符。',
    en: 'The answer does not fit the range of bytes that was asked for.',
  });
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

// No answer at all, or a body that ended early. A refusal, a full disk or Ctrl-C is something else.
function isBrokenLine(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return false;
  if (error instanceof CallError)
    return error.status === 0 || error.status === 502 || error.status === 503 || error.status === 504;
  return error instanceof TypeError;
}
