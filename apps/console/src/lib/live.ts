import { useEffect, useSyncExternalStore } from 'react';
import { isDrawn } from './drawing';
import { client, isLoggedOut, queryClient, routes } from './api';

/** `live`: the exchange tells what changed; `polling`: something between buffers its words, so we ask; `off`: it cannot be reached. */
export type LiveState = 'connecting' | 'live' | 'polling' | 'off';

const silenceMs = 40_000;
const firstWordMs = 6_000;
const pollMs = 5_000;
/** Changes come in bursts (a delivery's stages); what they touch is read again once for all of them. */
const gatherMs = 150;

/** Which lists an event of a kind touches, by the tags of routes. */
const tagsOf: Readonly<Record<string, readonly string[]>> = {
  dataset: ['datasets'],
  version: ['datasets'],
  upload: ['datasets'],
  request: ['requests', 'rights'],
  right: ['rights', 'requests'],
  delivery: ['deliveries', 'rights'],
  proposal: ['proposals'],
  notice: ['trail'],
  department: ['departments', 'people'],
  key: ['departments'],
  recipient: ['departments'],
  membership: ['people', 'departments'],
  // More of it is witnessed, or it is sealed again: what waited counts.
  log: ['ledger', 'rights', 'deliveries'],
};

let state: LiveState = 'connecting';
const stateNow = () => state;
const listeners = new Set<() => void>();
function become(next: LiveState): void {
  if (state === next) return;
  state = next;
  for (const listener of listeners) listener();
}

/** How news of the exchange reach this page. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stateNow,
    stateNow,
  );
}

const touched = new Set<string>();
let gathering: ReturnType<typeof setTimeout> | undefined;
function touch(kind: string): void {
  for (const tag of tagsOf[kind] ?? [kind]) touched.add(tag);
  // What is sealed stands in the trail, whatever it is about.
  touched.add('trail');
  gathering ??= setTimeout(() => {
    const tags = new Set(touched);
    touched.clear();
    gathering = undefined;
    void queryClient.invalidateQueries({ predicate: ({ queryKey }) => tags.has(String(queryKey[0])) });
  }, gatherMs);
}

/** Reads everything on screen again: after a gap in the news. */
export function refreshAll(): void {
  void queryClient.invalidateQueries();
}

async function listen(signal: AbortSignal): Promise<'silent' | 'ended'> {
  const quiet = new AbortController();
  const both = AbortSignal.any([signal, quiet.signal]);
  let timer = setTimeout(() => quiet.abort(), firstWordMs);
  try {
    const response = await client.open(routes.events, {}, { signal: both, headers: { accept: 'text/event-stream' } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done || value === undefined) return 'ended';
      clearTimeout(timer);
      timer = setTimeout(() => quiet.abort(), silenceMs);
      if (state !== 'live') {
        // Whatever happened while nobody told us; a page that the server drew was read before its code was there to listen.
        if (state !== 'connecting' || isDrawn()) refreshAll();
        become('live');
      }
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) hear(block);
    }
  } catch (error) {
    if (signal.aborted || isLoggedOut(error)) throw error;
    return quiet.signal.aborted ? 'silent' : 'ended';
  } finally {
    clearTimeout(timer);
  }
}

function hear(block: string): void {
  if (/^event: gap$/m.test(block)) refreshAll();
  const data = /^data: (.*)$/m.exec(block)?.[1];
  if (data === undefined) return;
  const { kind } = JSON.parse(data) as { kind?: string };
  if (kind !== undefined) touch(kind);
}

async function pollUntil(signal: AbortSignal, untilMs: number): Promise<void> {
  const end = Date.now() + untilMs;
  while (!signal.aborted && Date.now() < end) {
    refreshAll();
    await wait(pollMs, signal);
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}

async function stayInformed(signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const end = await listen(signal);
    if (end === 'silent') {
      // The connection stands but says nothing: a proxy keeps the words. Ask instead, and try again now and then.
      become('polling');
      await pollUntil(signal, 60_000);
      continue;
    }
    failures = state === 'live' ? 0 : failures + 1;
    become('off');
    await wait(Math.min(500 * 2 ** failures, 8_000), signal);
  }
}

/** Keeps what is on screen up to date for as long as the component is there. `who` changes when person or department do. */
export function useLive(who: string | undefined): void {
  useEffect(() => {
    if (who === undefined) return undefined;
    const ended = new AbortController();
    // Logged out: the session's dialog asks for it, and `who` starts this anew.
    stayInformed(ended.signal).catch(() => become('off'));
    return () => {
      ended.abort();
      become('connecting');
    };
  }, [who]);
}
