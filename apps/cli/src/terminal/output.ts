import type { FaultPlace, Violations } from '#contracts';
import { styleText } from 'node:util';
import type { Failure } from '../exits.js';
import type { Language } from '../language.js';
import { fieldLines, tableLines, type Column } from './table.js';
import { harmless } from './width.js';

export interface Streams {
  readonly stdin: NodeJS.ReadStream | NodeJS.ReadableStream;
  readonly stdout: NodeJS.WriteStream | NodeJS.WritableStream;
  readonly stderr: NodeJS.WriteStream | NodeJS.WritableStream;
}

/** What a command says. Results go to stdout; progress, notes and questions to stderr, so that stdout can be piped. */
export class Output {
  constructor(
    private readonly streams: Streams,
    private readonly language: Language,
    /** Results are JSON, and everything meant for people is left out of stdout. */
    readonly json: boolean,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** A result: its JSON with `--json`, else what `show` prints. */
  result(value: unknown, show: () => void): void {
    if (this.json) this.streams.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
    else show();
  }
  /** Lines for people on stdout. On a terminal control characters in them are shown, not obeyed; a pipe gets every byte. */
  print(...lines: string[]): void {
    this.lines(this.columns === Infinity ? lines : lines.map(harmless));
  }
  private lines(lines: readonly string[]): void {
    if (!this.json) for (const line of lines) this.streams.stdout.write(`${line}\n`);
  }
  /** Bytes that are the result itself: a form, an export, a page. */
  raw(bytes: string | Uint8Array): boolean {
    return this.streams.stdout.write(bytes as string);
  }
  /** Waits until stdout takes more. */
  drained(): Promise<void> {
    return new Promise((resolve) => this.streams.stdout.once('drain', resolve));
  }
  note(sentence: { zh: string; en: string }): void {
    this.streams.stderr.write(`${harmless(sentence[this.language])}\n`);
  }
  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void {
    const [titles, ...lines] = tableLines(columns, rows, this.columns);
    this.lines([this.styled(this.streams.stdout, 'bold', titles ?? ''), ...lines]);
  }
  fields(fields: readonly (readonly [string, string | number | undefined])[]): void {
    this.print(...fieldLines(fields));
  }
  heading(text: string): void {
    this.lines(['', this.styled(this.streams.stdout, 'bold', text)]);
  }

  failure(failure: Failure): void {
    const { problem } = failure;
    if (this.json) {
      const body = problem ?? { type: `urn:quanlian:command:${failure.code}`, code: failure.code, title: failure.sentence };
      this.streams.stdout.write(`${JSON.stringify({ problem: body }, null, 2)}\n`);
    }
    const sentence = this.styled(this.streams.stderr, 'red', harmless(failure.sentence[this.language]));
    const lines = [`${sentence}  [${failure.code}]${placeOf(problem?.at)}`];
    for (const fault of problem?.faults ?? [])
      lines.push(`  - ${harmless(fault.title[this.language])}  [${fault.code}]${placeOf(fault.at)}`);
    const { violations } = problem ?? {};
    if (violations && violations.count > 1) lines.push(...violationLines(violations, this.language));
    if (failure.hint) lines.push(harmless(failure.hint[this.language]));
    if (failure.trace) lines.push(failure.trace);
    this.streams.stderr.write(`${lines.join('\n')}\n`);
  }

  /** Columns of the terminal; no limit where stdout is none. */
  get columns(): number {
    const out = this.streams.stdout as NodeJS.WriteStream;
    return out.isTTY ? (out.columns ?? 80) : Infinity;
  }

  private styled(stream: unknown, style: 'bold' | 'red', text: string): string {
    if (!(stream as NodeJS.WriteStream).isTTY || this.env['NO_COLOR']) return text;
    return styleText(style, text, { validateStream: false });
  }
}

/** All faults of a file's rows, counted by code and item. */
export function violationLines({ count, rows, totals, first }: Violations, language: Language): string[] {
  const all = totals.map(
    (one) => `  ${String(one.count).padStart(8)}  ${one.code}${one.item === undefined ? '' : `  ${harmless(one.item)}`}`,
  );
  const head =
    language === 'zh'
      ? `共 ${count} 处、${rows} 行${count > first.length ? `，以上为前 ${first.length} 处` : ''}：`
      : `${count} in ${rows} rows${count > first.length ? `; the first ${first.length} are named` : ''}:`;
  return [head, ...all];
}

// `@ items.3.name`, `@ 17:4`.
function placeOf(at: FaultPlace | undefined): string {
  const line = at?.line === undefined ? undefined : [at.line, at.column].filter((part) => part !== undefined).join(':');
  const places = [at?.field, line].filter((part) => part !== undefined);
  return places.length > 0 ? `  @ ${harmless(places.join(' '))}` : '';
}
