import { randomBytes } from 'node:crypto';
import { refuse, Refusal } from '#contracts';
import { decodeNote, encodeTimestampRequest, EvidenceFault, openTimestampAnswer, TIMESTAMP_NONCE_BYTES } from '#ledger';
import { readAtMost, reasonOf } from './bounded-fetch.js';

/** An answer with its chain of certificates takes a few KiB. */
const ANSWER_MAX_BYTES = 256 * 1024;
const timeoutMs = 15_000;

/** Where checkpoints and the times that an authority states of them are kept. */
export interface TimestampStore {
  /** The checkpoint that is published now, unless it is stamped already. */
  unstamped(): Promise<{ readonly size: number; readonly note: string } | undefined>;
  keep(stamp: { readonly size: number; readonly token: Uint8Array; readonly stampedAt: string }): Promise<void>;
}

/**
 * Has the checkpoint that is published now stamped by a timestamp authority (RFC 3161): its text existed at that time, whatever clock the
 * exchange had. Answers the time stated, undefined when there is nothing new. Throws Refusal `timestamp-unreachable` or
 * `timestamp-answer-wrong`; nothing is kept then, and the next time covers it.
 */
export async function stampCheckpoint(store: TimestampStore, authority: string, now: () => Date): Promise<string | undefined> {
  const checkpoint = await store.unstamped();
  if (!checkpoint) return undefined;
  const text = Buffer.from(decodeNote(Buffer.from(checkpoint.note)).text);
  const nonce = randomBytes(TIMESTAMP_NONCE_BYTES);
  const token = await ask(authority, encodeTimestampRequest(text, nonce));
  try {
    const statedAt = openTimestampAnswer(token, text, nonce);
    await store.keep({ size: checkpoint.size, token, stampedAt: now().toISOString() });
    return statedAt;
  } catch (error) {
    if (!(error instanceof EvidenceFault)) throw error;
    throw refuse('timestamp-answer-wrong', { reason: error.code });
  }
}

/** RFC 3161 §3.4: the request and its answer over HTTP. */
async function ask(authority: string, request: Uint8Array): Promise<Uint8Array> {
  try {
    const response = await fetch(authority, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: Buffer.from(request),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await readAtMost(response, ANSWER_MAX_BYTES);
    if (response.status !== 200 || !body) throw refuse('timestamp-answer-wrong', { reason: `HTTP ${response.status}` });
    return body;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw Object.assign(refuse('timestamp-unreachable', { reason: reasonOf(error) }), { cause: error });
  }
}
