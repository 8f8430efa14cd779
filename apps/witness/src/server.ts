import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { ServedCopy } from './mirror/serve-copy.js';
import { inBoth, Stop } from './stop.js';
import type { Witness } from './witness.js';

// C2SP tlog-witness over HTTP/1.1: POST add-checkpoint by the table of docs/formats/witness.md, and the last cosigned checkpoint. What
// HTTP itself has to say (no such path, no such method, too large, too slow) stands outside that table.

/** A checkpoint with sixteen signatures and the longest proof is under 8 KiB. */
export const BODY_MAX_BYTES = 64 * 1024;
const TEXT = 'text/plain; charset=utf-8';

const limits = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 5_000,
  maxHeaderSize: 8 * 1024,
};

export interface ServedWitness {
  /** `http://host:port`, with the port that the system chose where none was asked for. */
  readonly address: string;
  /** Answers what has begun, at most for these milliseconds, and ends. */
  stop(graceMs?: number): Promise<void>;
}

/** Listens; with a copy also under `/log/`. Throws Stop when the address cannot be had. */
export async function serveWitness(witness: Witness, host: string, port: number, copy?: ServedCopy): Promise<ServedWitness> {
  const server = createServer(limits, (request, response) => void answer(witness, copy, request, response));
  server.maxConnections = 256;
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const at = `${host}:${port}`;
    throw new Stop(
      'refused',
      { zh: `无法监听 ${at}（${code}）。`, en: `It cannot listen on ${at} (${code}).` },
      { cause: error },
    );
  }
  const { address, family, port: got } = server.address() as AddressInfo;
  return {
    address: `http://${family === 'IPv6' ? `[${address}]` : address}:${got}`,
    stop: (graceMs = 5_000) => close(server, graceMs),
  };
}

async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(late);
}

async function answer(
  witness: Witness,
  copy: ServedCopy | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Whoever hangs up is not waited for.
  response.on('error', () => undefined);
  try {
    if (copy && request.url?.startsWith('/log/')) await routeCopy(copy, request, response);
    else await route(witness, request, response);
  } catch (error) {
    // Nothing was cosigned, or what was cosigned is kept and not said: in both cases the log may ask again.
    const failed = { zh: '见证节点内部出错。', en: 'The witness itself failed.' };
    witness.parts.tell(error instanceof Stop ? error.sentence : { ...failed, en: `${failed.en} ${String(error)}` });
    if (!response.headersSent) say(response, 500, failed);
  }
}

async function route(witness: Witness, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '';
  if (path === '/add-checkpoint') {
    if (request.method !== 'POST') return refuseMethod(response, 'POST');
    const body = await readBody(request);
    if (body === 'gone') return;
    if (body === 'too-large') {
      response.setHeader('Connection', 'close');
      return say(response, 413, { zh: '请求过大。', en: 'The request is too large.' });
    }
    const { status, contentType, body: text } = witness.addCheckpoint(body).answer;
    return send(response, status, contentType, text);
  }
  const [, hash] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(path) ?? [];
  if (hash === undefined) return say(response, 404, { zh: '没有此地址。', en: 'There is no such path.' });
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(response, 'GET, HEAD');
  const note = witness.served(hash);
  if (note === undefined) return say(response, 404, { zh: '尚未联署该账本。', en: 'No checkpoint of this log was cosigned.' });
  return send(response, 200, TEXT, note);
}

async function routeCopy(copy: ServedCopy, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(response, 'GET, HEAD');
  const { status, type, caching, body } = await copy.answer(
    (request.url ?? '').slice('/log/'.length),
    request.headers.authorization,
  );
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (caching.startsWith('private')) response.setHeader('Vary', 'authorization');
  send(response, status, type, body, caching);
}

function refuseMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed);
  say(response, 405, { zh: '不支持该方法。', en: 'This method is not allowed here.' });
}

const say = (response: ServerResponse, status: number, sentence: { zh: string; en: string }): void =>
  send(response, status, TEXT, `${inBoth(sentence)}\n`);

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
  caching = 'no-store',
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': bytes.length,
    'Cache-Control': caching,
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(bytes);
}

/** The whole body, as far as it may go. Not an iterator: leaving one early would end the connection before the answer. */
function readBody(request: IncomingMessage): Promise<Uint8Array | 'too-large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    if (Number(request.headers['content-length'] ?? 0) > BODY_MAX_BYTES) return resolve('too-large');
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_MAX_BYTES) chunks.push(chunk);
      else {
        request.pause();
        resolve('too-large');
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve('gone'));
    request.on('close', () => resolve('gone'));
  });
}
