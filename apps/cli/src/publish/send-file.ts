import { CallError, routes, type Sent, type UploadView } from '#contracts';
import { createSha256 } from '#crypto';
import { createReadStream, statSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { countText, sizeText } from '../terminal/progress.js';

const readBytes = 256 * 1024;
const askEveryMs = 700;
/** After a connection that broke while sending, how long the exchange is asked for its reason. */
const reasonWaitMs = 5_000;

export interface Publication {
  readonly dataset: string;
  readonly path: string;
  /** Announced to the exchange, which refuses another content. `compute`: read the file once before sending. */
  readonly announce?: string | undefined;
  /** Its id, 32 hex digits, by which the exchange is asked about it. */
  readonly upload: string;
  /** What is said of its form, and of rows that do not fit. */
  readonly form?: Omit<NonNullable<Sent<typeof routes.publishVersion>['query']>, 'fileName' | 'upload' | 'noSecrets' | 'sha256'>;
}

/** SHA-256 of a file, with its progress shown. 64 hex digits. */
export async function digestOfFile(desk: Desk, path: string): Promise<string> {
  const sizeBytes = statSync(path).size;
  const digest = createSha256();
  desk.progress.begin({ zh: '计算摘要', en: 'Computing the digest' });
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: readBytes, signal: desk.signal })) {
    digest.update(chunk as Buffer);
    done += (chunk as Buffer).length;
    desk.progress.at(done, sizeBytes, sizeText);
  }
  desk.progress.finish();
  return digest.digest('hex');
}

/**
 * Sends a file as a new version of a dataset and answers what the exchange made of it. Bounded memory. The digest of what was sent is
 * computed on the way and compared with what the exchange says it received. Throws CallError with line and item at fault.
 */
export async function sendFile(desk: Desk, { dataset, path, announce, upload, form }: Publication): Promise<UploadView> {
  const stat = statSync(path);
  if (!stat.isFile()) throw usage(`${path} 不是普通文件。`, `${path} is no plain file.`);
  const sent = new SentFile(desk, path, stat);
  const answered = new AbortController();
  const asking = watchRows(desk, upload, sent, answered.signal);
  try {
    const view = await desk.client.call(
      routes.publishVersion,
      {
        params: { id: dataset },
        query: {
          fileName: basename(path),
          upload,
          noSecrets: 'true',
          ...form,
          ...(announce === undefined ? {} : { sha256: announce }),
        },
      },
      { stream: Readable.toWeb(Readable.from(sent.chunks())) as ReadableStream<Uint8Array>, signal: desk.signal },
    );
    if (view.fileSha256 !== undefined && view.fileSha256 !== sent.sha256)
      throw new Stop('verification', 'digest-mismatch', {
        zh: `平台收到的内容（${view.fileSha256}）与发送的（${sent.sha256}）不同。`,
        en: `The exchange received other content (${view.fileSha256}) than was sent (${sent.sha256}).`,
      });
    return view;
  } catch (error) {
    if (sent.failure) throw sent.failure;
    throw error instanceof CallError && error.status === 0 ? await reasonOf(desk, upload, error) : error;
  } finally {
    answered.abort();
    await asking;
    desk.progress.finish();
  }
}

function fileChanged(path: string): Stop {
  return new Stop('file', 'file-changed', {
    zh: `${path} 在上传过程中被改动，平台未保存任何内容；请在其不再变动后重新发布。`,
    en: `${path} changed while it was being sent; the exchange kept nothing. Publish it again once it no longer changes.`,
  });
}

class SentFile {
  sha256 = '';
  isSent = false;
  /** Why it was not sent to its end. */
  failure: Stop | undefined;

  constructor(
    private readonly desk: Desk,
    private readonly path: string,
    private readonly before: Stats,
  ) {}

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const { progress, signal } = this.desk;
    const digest = createSha256();
    progress.begin({ zh: '上传', en: 'Uploading' });
    let done = 0;
    for await (const chunk of createReadStream(this.path, { highWaterMark: readBytes, signal })) {
      digest.update(chunk as Buffer);
      yield chunk as Buffer;
      // Counted when the next piece is asked for: by then this one is with the connection.
      done += (chunk as Buffer).length;
      progress.at(done, this.before.size, sizeText);
    }
    // Not ended, the exchange keeps nothing of it: half of one state and half of another is no version.
    const { mtimeMs, size } = statSync(this.path);
    if (mtimeMs !== this.before.mtimeMs || size !== this.before.size) {
      this.failure = fileChanged(this.path);
      throw this.failure;
    }
    this.sha256 = digest.digest('hex');
    this.isSent = true;
  }
}

// Once all is sent, the exchange still checks and stores rows: its count is shown until the answer comes.
async function watchRows(desk: Desk, upload: string, sent: SentFile, answered: AbortSignal): Promise<void> {
  while (!answered.aborted) {
    await sleep(askEveryMs, undefined, { signal: answered }).catch(() => undefined);
    if (answered.aborted || !sent.isSent) continue;
    const view = await desk.client.call(routes.upload, { params: { id: upload } }, { signal: answered }).catch(() => undefined);
    if (!view || answered.aborted) continue;
    desk.progress.begin({ zh: '校验、入库', en: 'Checking and storing' });
    desk.progress.at(view.rows, undefined, (rows) => desk.say({ zh: `${countText(rows)} 行`, en: `${countText(rows)} rows` }));
  }
}

// An exchange that refuses line 3 of a large file closes the connection while we still send, and its answer may be lost with it.
async function reasonOf(desk: Desk, upload: string, error: CallError): Promise<CallError> {
  const end = Date.now() + reasonWaitMs;
  while (Date.now() < end) {
    const view = await desk.client.call(routes.upload, { params: { id: upload } }).catch(() => undefined);
    if (!view) return error;
    if (view.problem) return new CallError(view.problem.title[desk.language], view.problem.status, view.problem);
    if (view.state !== 'receiving') return error;
    await sleep(200);
  }
  return error;
}
