import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { sessionCookie } from '#nest';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** The cookie in which a browser tells what its pages look like (the console's lib/look.ts). It is no secret. */
const lookCookie = 'quanlian_look';
/** Who waits longer is served the console's empty page: it reads and draws for itself. */
const patienceMs = 1_500;
/** How many may wait for the one thread that draws. */
const mostWaiting = 8;
/** After a fault of the thread none is started for so long. */
const restMs = 60_000;

/** What the thread made: the body of a page, or where the person's day begins; neither: the console draws for itself. */
interface Drawing {
  readonly drawing?: string;
  readonly to?: string;
}
/** A page on its way, or a path to go to; undefined: the console's empty page will do. */
export type DrawPage = (request: FastifyRequest) => Promise<Readable | string | undefined>;

type Message =
  | { readonly kind: 'ask'; readonly call: number; readonly of: number; readonly path: string }
  | ({ readonly kind: 'drawn'; readonly id: number; readonly fault?: string } & Drawing);

interface Waiting {
  readonly request: FastifyRequest;
  readonly done: (drawing: Drawing) => void;
}

/**
 * Draws first pages with the console's own components, on a thread of its own: what would take a slow machine seconds of compiling is
 * there with the first answer. The page's head leaves at once, so that its style and first script are there before the drawing. The
 * thread has no rights: it reads by calls of this API with the cookie of whom the page is for, so every rule holds as for the browser.
 * It is started by the first page that could be drawn, which is not. Without its file nothing is drawn.
 */
export function pageDrawer(fastify: FastifyInstance, consoleFolder: string, logFault: (fault: string) => void): DrawPage {
  const file = join(consoleFolder, '../console-drawing/worker.js');
  const built = join(consoleFolder, 'drawn.json');
  if (!existsSync(file) || !existsSync(built)) return async () => undefined;
  const pages = JSON.parse(readFileSync(built, 'utf8')) as Readonly<Record<string, readonly [string, string]>>;
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let isReady = false;
  let restUntil = 0;
  let count = 0;

  const end = (id: number, drawing: Drawing) => {
    waiting.get(id)?.done(drawing);
    waiting.delete(id);
  };

  async function read(of: number, path: string): Promise<{ status: number; body: string }> {
    const request = waiting.get(of)?.request;
    const { cookie, 'user-agent': browser } = request?.headers ?? {};
    if (request === undefined || !path.startsWith('/api/')) return { status: 404, body: '{}' };
    const { statusCode: status, body } = await fastify.inject({
      method: 'GET',
      url: path,
      headers: { ...(cookie === undefined ? {} : { cookie }), ...(browser === undefined ? {} : { 'user-agent': browser }) },
      remoteAddress: request.ip,
    });
    return { status, body };
  }

  /** Always answers: pages are drawn one after the other, so one that is left without would hold up all that come after it. */
  async function answer({ call, of, path }: Message & { kind: 'ask' }, to: Worker): Promise<void> {
    const answered = await read(of, path).catch((error: unknown) => {
      logFault(String(error));
      return { status: 500, body: '{}' };
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    to.postMessage({ kind: 'answer', call, ...answered });
  }

  function start(): void {
    const started = new Worker(file, { execArgv: [] });
    thread = started;
    // It holds nothing that a stopping server would wait for.
    started.unref();
    started.on('message', (message: Message) => {
      if (message.kind === 'ask') return void answer(message, started);
      if (message.fault !== undefined) logFault(message.fault);
      isReady = true;
      end(message.id, message);
    });
    started.on('error', (error) => logFault(String(error)));
    started.on('exit', () => {
      thread = undefined;
      isReady = false;
      restUntil = Date.now() + restMs;
      for (const id of waiting.keys()) end(id, {});
    });
  }

  function draw(request: FastifyRequest, look: string): Promise<Drawing> {
    const id = (count += 1);
    const drawing = new Promise<Drawing>((done) => waiting.set(id, { request, done }));
    const patience = setTimeout(() => end(id, {}), patienceMs);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    thread?.postMessage({ kind: 'draw', id, path: request.url, look });
    return drawing.finally(() => clearTimeout(patience));
  }

  return async (request) => {
    const { [lookCookie]: look, [sessionCookie.plain]: plain, [sessionCookie.secure]: secret = plain } = request.cookies;
    const path = request.url.split('?')[0] ?? '';
    const page = pages[path];
    if (look === undefined || secret === undefined || waiting.size >= mostWaiting || (page === undefined && path !== '/'))
      return undefined;
    if (thread === undefined && Date.now() >= restUntil) start();
    if (!isReady) return undefined;
    const drawn = draw(request, look);
    return page === undefined ? (await drawn).to : Readable.from(around(page, drawn));
  };
}

async function* around([before, after]: readonly [string, string], drawn: Promise<Drawing>): AsyncGenerator<string> {
  yield before;
  yield (await drawn).drawing ?? '<div id="root"></div>';
  yield after;
}
