// A thread of the server that draws first pages: it knows the exchange as the reader's own browser would, by calls in the reader's name.
import { parentPort } from 'node:worker_threads';
import { lookOf } from '../lib/look-word';
import { lookLike, pretendBrowser } from './browser';
import type { Asked, Answered, ToDraw, Told } from './messages';

const origin = 'http://console.invalid';
const answers = new Map<number, (answer: Answered) => void>();
let asked = 0;
/** Whose page is drawn now: one at a time, since the console's modules hold one person's state. */
let now: ToDraw | undefined;

pretendBrowser(origin);
globalThis.fetch = (input, init) => {
  const address = new URL(input instanceof Request ? input.url : String(input));
  if (now === undefined || (init?.method ?? 'GET') !== 'GET') return Promise.reject(new TypeError('Only reading is drawn'));
  const call = (asked += 1);
  tell({ kind: 'ask', call, of: now.id, path: address.pathname + address.search });
  return new Promise((done) =>
    answers.set(call, ({ status, body }) =>
      done(new Response(body, { status, headers: { 'content-type': 'application/json' } })),
    ),
  );
};
const tell = (message: Asked | Told): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(message);
};

const { draw } = await import('./draw');
let last: Promise<void> = Promise.resolve();

async function drawn(wanted: ToDraw): Promise<Pick<Told, 'drawing' | 'to' | 'fault'>> {
  const look = lookOf(wanted.look);
  if (!look) return {};
  lookLike(look);
  return draw(wanted, look).catch((error: unknown) => ({ fault: String(error) }));
}

async function drawOne(wanted: ToDraw): Promise<void> {
  now = wanted;
  tell({ kind: 'drawn', id: wanted.id, ...(await drawn(wanted)) });
  now = undefined;
}

parentPort?.on('message', (message: ToDraw | Answered) => {
  if (message.kind === 'draw') last = last.then(() => drawOne(message));
  else {
    answers.get(message.call)?.(message);
    answers.delete(message.call);
  }
});
tell({ kind: 'drawn', id: 0 });
