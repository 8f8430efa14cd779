import { readFileSync } from 'node:fs';
import { Stop, usage } from '../exits.js';
import type { Say, Sentence } from '../language.js';
import type { Streams } from './output.js';

/** Questions to the person at the terminal, on stderr; without a terminal the answers are the lines of stdin. */
export class Asker {
  private buffered = '';
  private ended = false;

  constructor(
    private readonly streams: Streams,
    private readonly say: Say,
    private readonly env: NodeJS.ProcessEnv,
    private readonly signal: AbortSignal,
  ) {}

  get interactive(): boolean {
    return Boolean((this.streams.stdin as Partial<NodeJS.ReadStream>).isTTY);
  }

  /** One line. An empty answer takes `fallback`. */
  async line(question: Sentence, fallback?: string): Promise<string> {
    this.streams.stderr.write(`${this.say(question)}${fallback === undefined ? '' : ` [${fallback}]`}: `);
    const answer = (await this.readLine()).trim();
    if (!this.interactive) this.streams.stderr.write('\n');
    return answer === '' && fallback !== undefined ? fallback : answer;
  }

  /** Yes or no; only a plain yes is one. */
  async confirm(question: Sentence): Promise<boolean> {
    return /^(y|yes|是|好|确认)$/i.test(await this.line({ zh: `${question.zh}（是/否）`, en: `${question.en} (yes/no)` }));
  }

  /**
   * A password, never echoed and never taken from the command line, where every user of the machine could read it. From the file
   * named (`-` is stdin), else from `variable`, else asked for.
   */
  async password(question: Sentence, options: { file?: string | undefined; variable?: string | false } = {}): Promise<string> {
    const { variable = 'QUANLIAN_PASSWORD' } = options;
    const fromEnv = variable === false ? undefined : this.env[variable];
    const password =
      options.file !== undefined && options.file !== '-'
        ? (readFileSync(options.file, 'utf8').split(/\r?\n/, 1)[0] ?? '')
        : options.file === undefined && fromEnv
          ? fromEnv
          : await this.secret(question);
    if (password === '') throw usage('密码为空。', 'The password is empty.');
    return password;
  }

  private async secret(question: Sentence): Promise<string> {
    if (!this.interactive) return this.readLine();
    this.streams.stderr.write(`${this.say(question)}: `);
    const answer = await this.readHidden(this.streams.stdin as NodeJS.ReadStream);
    this.streams.stderr.write('\n');
    return answer;
  }

  private async readLine(): Promise<string> {
    const { stdin } = this.streams;
    for (;;) {
      const end = this.buffered.indexOf('\n');
      if (end >= 0 || this.ended) {
        const line = end >= 0 ? this.buffered.slice(0, end) : this.buffered;
        this.buffered = end >= 0 ? this.buffered.slice(end + 1) : '';
        if (end < 0 && line === '')
          throw new Stop('usage', 'no-answer', { zh: '输入已结束，没有得到回答。', en: 'The input ended without an answer.' });
        return line.replace(/\r$/, '');
      }
      const chunk = await nextChunk(stdin, this.signal);
      if (chunk === undefined) this.ended = true;
      else this.buffered += chunk;
    }
  }

  private async readHidden(stdin: NodeJS.ReadStream): Promise<string> {
    stdin.setRawMode(true);
    try {
      let typed = '';
      for (;;) {
        const chunk = await nextChunk(stdin, this.signal);
        if (chunk === undefined) return typed;
        for (const character of chunk) {
          if (character === '\r' || character === '\n' || character === '\u0004') return typed;
          if (character === '\u0003') throw new DOMException('interrupted', 'AbortError');
          if (character === '\u007f' || character === '\b') typed = Array.from(typed).slice(0, -1).join('');
          else if (character >= ' ') typed += character;
        }
      }
    } finally {
      stdin.setRawMode(false);
    }
  }
}

// Reads one chunk and lets go of the stream again: a stream left flowing would keep the process alive.
function nextChunk(stdin: NodeJS.ReadableStream, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      stdin.pause();
      stdin.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onError);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onData = (chunk: Buffer | string) => done(() => resolve(chunk.toString()));
    const onEnd = () => done(() => resolve(undefined));
    const onError = (error: Error) => done(() => reject(error));
    const onAbort = () => done(() => reject(new DOMException('interrupted', 'AbortError')));
    if (signal.aborted) return onAbort();
    if ((stdin as { readableEnded?: boolean }).readableEnded) return resolve(undefined);
    stdin.setEncoding('utf8');
    stdin.on('data', onData).on('end', onEnd).on('error', onError);
    signal.addEventListener('abort', onAbort);
    stdin.resume();
  });
}
