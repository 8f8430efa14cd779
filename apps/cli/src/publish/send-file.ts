import { CallError, giveUpUpload, routes, sendResumably, type Sent, type UploadLine, type UploadView } from '#contracts';
import { createSha256, randomId } from '#crypto';
import { createReadStream, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { Uploads } from '../store/uploads.js';
import { countText, sizeText } from '../terminal/progress.js';
import { SentFile } from './sent-file.js';

const readBytes = 256 * 1024;
const askEveryMs = 700;
const tus = { 'tus-resumable': '1.0.0' };

export interface FileToSend {
  readonly dataset: string;
  readonly path: string;
  /** For a list of keys: of which item. */
  readonly item?: string;
  /** Announced to the exchange, which refuses another content. */
  readonly announce?: string | undefined;
  /** Hears the upload's id, by which the exchange is asked about it. */
  readonly onBegun?: (upload: string) => void;
  /** What is said of its form, and of rows that do not fit. */
  readonly form?: Omit<NonNullable<Sent<typeof routes.beginVersion>['query']>, 'fileName' | 'upload' | 'noSecrets' | 'sha256'>;
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
 * Sends a file as a new version of a dataset, or as a list of keys, and answers what the exchange made of it. A line that breaks is taken
 * up again; a run that was ended is gone on with by the same command, if the file is the same. Bounded memory. The digest of what was
 * sent is compared with what the exchange says it received. Throws CallError with line and item at fault, Stop file-changed.
 */
export async function sendFile(desk: Desk, file: FileToSend): Promise<UploadView> {
  const { dataset, path, item, announce, form = {} } = file;
  const sent = new SentFile(desk, path);
  const said = { server: desk.server, dataset, path: resolve(path), ...(item === undefined ? {} : { item }), ...form };
  const uploads = new Uploads(desk.folder, { ...said, ...(announce === undefined ? {} : { announce }) });
  const before = await begunBefore(desk, uploads, sent);
  const upload = before ?? randomId();
  file.onBegun?.(upload);
  const { size: sizeBytes, mtimeMs } = sent.stat;
  if (before === undefined) uploads.keep({ upload, at: new Date().toISOString(), sizeBytes, mtimeMs });
  const answered = new AbortController();
  const asking = watchRows(desk, upload, sent, answered.signal);
  try {
    const view = await sendResumably(lineOf(desk, file, upload, sent), before !== undefined);
    uploads.forget();
    if (view.fileSha256 !== undefined && sent.isSent && view.fileSha256 !== sent.sha256()) throw otherContent(view.fileSha256);
    return view;
  } catch (error) {
    if (sent.failure || (error instanceof CallError && error.status >= 400 && error.status < 500 && error.status !== 401)) {
      uploads.forget();
      if (sent.failure) await giveUp(desk, upload);
      throw sent.failure ?? error;
    }
    desk.progress.finish();
    desk.out.note({
      zh: '已上传的部分已保存；再次运行同一命令即从中断处继续。',
      en: 'What was sent is kept; run the same command again to go on from there.',
    });
    throw error;
  } finally {
    answered.abort();
    await asking;
    desk.progress.finish();
  }
}

function lineOf(desk: Desk, file: FileToSend, upload: string, sent: SentFile): UploadLine {
  const { signal, client } = desk;
  const params = { id: upload };
  const stream = (offset: number) => Readable.toWeb(Readable.from(sent.from(offset))) as ReadableStream<Uint8Array>;
  // What was wrong with the file is the reason, whatever the connection says of its end.
  const unlessChanged = <T>(call: Promise<T>) =>
    call.catch((error: unknown) => {
      throw sent.failure ?? error;
    });
  return {
    sizeBytes: sent.stat.size,
    begin(isWithFile) {
      const { dataset, item, announce, form } = file;
      const said = { fileName: basename(file.path), upload, ...(announce === undefined ? {} : { sha256: announce }) };
      const options = {
        headers: { ...tus, 'upload-length': String(sent.stat.size) },
        signal,
        ...(isWithFile && sent.stat.size > 0 ? { stream: stream(0) } : {}),
      };
      const to = { id: dataset };
      return unlessChanged(
        item === undefined
          ? client.call(routes.beginVersion, { params: to, query: { ...said, noSecrets: 'true', ...form } }, options)
          : client.call(routes.beginKeyList, { params: to, query: { ...said, item } }, options),
      );
    },
    async offset() {
      const { headers } = await client.open(routes.uploadOffset, { params }, { headers: tus, signal });
      return Number(headers.get('upload-offset'));
    },
    append(offset) {
      const headers = { ...tus, 'upload-offset': String(offset) };
      return unlessChanged(client.open(routes.appendUpload, { params }, { headers, signal, stream: stream(offset) }));
    },
    view: () => client.call(routes.upload, { params }, { signal }),
    pause: (ms) => sleep(ms, undefined, { signal }),
    onBroken: () => desk.progress.begin({ zh: '连接中断，稍后继续', en: 'The line broke; going on in a moment' }),
  };
}

/** The id of an upload that an earlier run began of the same file, if it can be gone on with. */
async function begunBefore(desk: Desk, uploads: Uploads, sent: SentFile): Promise<string | undefined> {
  const { begun } = uploads;
  if (!begun) return undefined;
  const { upload } = begun;
  const view = await desk.client
    .call(routes.upload, { params: { id: upload } }, { signal: desk.signal })
    .catch((error: unknown) => {
      if (error instanceof CallError && error.status === 404) return undefined;
      throw error;
    });
  if (!view || view.state === 'failed') return undefined;
  const { size, mtimeMs } = sent.stat;
  const isSame = begun.sizeBytes === size && begun.mtimeMs === mtimeMs && (!view.pieces || (await sent.beginsWith(view.pieces)));
  if (isSame) {
    if (view.state === 'receiving')
      desk.out.note({
        zh: `从上次中断处继续：已上传 ${sizeText(view.bytes)}。`,
        en: `Going on from where it was cut: ${sizeText(view.bytes)} were sent.`,
      });
    return upload;
  }
  if (view.state !== 'receiving') return undefined;
  desk.out.note({
    zh: `${sent.path} 自上次上传后已改动，从头开始。`,
    en: `${sent.path} changed since it was begun; sending it from its beginning.`,
  });
  await giveUp(desk, upload);
  return undefined;
}

const giveUp = (desk: Desk, upload: string): Promise<void> =>
  giveUpUpload(() => desk.client.open(routes.cancelUpload, { params: { id: upload } }, { headers: tus }), sleep);

function otherContent(received: string): Stop {
  return new Stop('verification', 'digest-mismatch', {
    zh: `平台收到的内容（${received}）与发送的不同。`,
    en: `The exchange received other content (${received}) than was sent.`,
  });
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
