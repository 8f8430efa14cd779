import { refuse, Refusal } from '#contracts';
import { sha256Hex } from '#crypto';
import {
  decodeNote,
  LogFault,
  openAddCheckpointReply,
  openCheckpoint,
  type AddCheckpointReply,
  type OpenedCheckpoint,
  type PolicyWitness,
  type VerifierKey,
} from '#ledger';
import { readAtMost, reasonOf } from './bounded-fetch.js';

/** A note with a hundred signatures is smaller. */
const BODY_MAX_BYTES = 64 * 1024;
const timeoutMs = 5_000;

/** A witness of the policy that can be asked. */
export interface AskedWitness extends PolicyWitness {
  readonly url: string;
}

/** What was said, and how far the clock of whoever said it is ahead of ours. Undefined: it did not say what time it is. */
export interface Told<T> {
  readonly said: T;
  readonly clockOffMs: number | undefined;
}

/**
 * One witness over HTTP, as C2SP's tlog-witness says. Bounded in time and size; redirects are refused, for the policy names who is
 * asked. All that it throws is Refusal `witness-…`: nothing that a witness says or leaves unsaid is a fault of the exchange.
 */
export class WitnessDoor {
  private readonly base: string;

  constructor(
    readonly witness: AskedWitness,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.base = witness.url.endsWith('/') ? witness.url : `${witness.url}/`;
  }

  /**
   * The last checkpoint of a log that this witness cosigned, signed by a key of the log and by the witness; undefined when it has none.
   */
  async last(origin: string, logKeys: readonly VerifierKey[], signal?: AbortSignal): Promise<Told<OpenedCheckpoint | undefined>> {
    const { status, body, clockOffMs } = await this.ask(`${sha256Hex(origin)}/checkpoint`, {}, signal);
    if (status === 404) return { said: undefined, clockOffMs };
    if (status !== 200) throw this.refused(status, body);
    const said = this.open(() => {
      const opened = openCheckpoint(body, origin, logKeys, [this.witness.key]);
      if (opened.cosignatures.length === 0) throw new LogFault('note-unsigned', this.witness.key.name);
      return opened;
    });
    return { said, clockOffMs };
  }

  /** Asks it to cosign. `request`: the body, which ends in the note; `note`: the note. */
  async add(request: string, note: string, signal?: AbortSignal): Promise<Told<AddCheckpointReply>> {
    const { status, body, clockOffMs } = await this.ask('add-checkpoint', { method: 'POST', body: request }, signal);
    const { text } = decodeNote(Buffer.from(note));
    const said = this.open(() => openAddCheckpointReply({ status, body }, text, this.witness.key));
    if (!said) throw this.refused(status, body);
    // The second that it signed is its word; that of the header anybody on the way could have written.
    if (said.kind === 'cosigned') return { said, clockOffMs: said.cosignature.timeSeconds * 1_000 + 500 - this.now().getTime() };
    return { said, clockOffMs };
  }

  private open<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      throw refuse('witness-answer-wrong', { witness: this.witness.name, reason: error.code });
    }
  }

  private async ask(
    path: string,
    request: RequestInit,
    signal: AbortSignal | undefined,
  ): Promise<{ status: number; body: Uint8Array; clockOffMs: number | undefined }> {
    // Not AbortSignal.any: it leaves something in a signal that lives for months, and witnesses are asked several times a second.
    const ended = new AbortController();
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      ended.abort();
    }, timeoutMs);
    const end = (): void => ended.abort();
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
    try {
      const response = await fetch(new URL(path, this.base), {
        ...request,
        redirect: 'error',
        signal: ended.signal,
      });
      const body = await readAtMost(response, BODY_MAX_BYTES);
      if (!body) throw refuse('witness-answer-wrong', { witness: this.witness.name, reason: 'too-large' });
      // The header counts whole seconds.
      const date = Date.parse(response.headers.get('date') ?? '');
      return { status: response.status, body, clockOffMs: Number.isNaN(date) ? undefined : date + 500 - this.now().getTime() };
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const reason = isLate ? `${timeoutMs / 1_000} s` : reasonOf(error);
      throw Object.assign(refuse('witness-unreachable', { witness: this.witness.name, reason }), { cause: error });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    }
  }

  private refused(status: number, body: Uint8Array): Refusal {
    // For a person who looks why; a witness's own words are not ours, so they are kept short and on one line.
    const answer = Buffer.from(body.subarray(0, 300))
      .toString('utf8')
      .replace(/[\p{Cc}\ufffd]+/gu, ' ')
      .trim();
    return refuse('witness-refused', { witness: this.witness.name, status, answer });
  }
}
