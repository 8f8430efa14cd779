import type { Say, Sentence } from '../language.js';
import type { Streams } from './output.js';
import { cutTo } from './width.js';

const barColumns = 24;
const redrawMs = 80;
const lineEveryMs = 5_000;
/** Stages that are over sooner need no lines but their name. */
const silentMs = 1_000;

/**
 * Says how far a thing has come, on stderr: a bar that redraws itself on a terminal; elsewhere a plain line at each stage, and in those
 * that take longer than a second one at each tenth, at the latest every five seconds while something moves.
 */
export class Progress {
  private stage: Sentence | undefined;
  private drawnAt = 0;
  private saidAt = 0;
  private saidTenth = -1;
  private startedAt = 0;
  private open = false;

  constructor(
    private readonly streams: Streams,
    private readonly say: Say,
    private readonly now: () => number = Date.now,
  ) {}

  private get terminal(): NodeJS.WriteStream | undefined {
    const out = this.streams.stderr as NodeJS.WriteStream;
    return out.isTTY ? out : undefined;
  }

  /** Begins a stage. */
  begin(stage: Sentence): void {
    if (this.stage && this.say(this.stage) === this.say(stage)) return;
    this.finish();
    this.stage = stage;
    this.startedAt = this.now();
    this.saidAt = this.now();
    this.saidTenth = 0;
    if (this.terminal) this.draw();
    else this.streams.stderr.write(`${this.say(stage)}…\n`);
  }

  /** How much of the stage is done. Without a total only the amount is shown. */
  at(done: number, total: number | undefined, show: (amount: number) => string = String): void {
    if (this.terminal) {
      if (this.now() - this.drawnAt >= redrawMs || (total !== undefined && done >= total)) this.draw(done, total, show);
      return;
    }
    if (this.now() - this.startedAt < silentMs) return;
    const tenth = total ? Math.floor((done / total) * 10) : 0;
    if (tenth <= this.saidTenth && this.now() - this.saidAt < lineEveryMs) return;
    this.saidTenth = Math.max(tenth, this.saidTenth);
    this.saidAt = this.now();
    const amount = total ? `${show(done)} / ${show(total)} (${Math.floor((done / total) * 100)} %)` : show(done);
    this.streams.stderr.write(`  ${amount}\n`);
  }

  /** Ends the line of a terminal; what comes next starts on a fresh one. */
  finish(): void {
    if (this.terminal && this.open) this.terminal.write('\n');
    this.open = false;
    this.stage = undefined;
  }

  private draw(done?: number, total?: number, show: (amount: number) => string = String): void {
    const out = this.terminal;
    if (!out || !this.stage) return;
    this.drawnAt = this.now();
    this.open = true;
    const parts = [this.say(this.stage)];
    if (done !== undefined && total) {
      const filled = Math.min(barColumns, Math.floor((done / total) * barColumns));
      parts.push(`[${'#'.repeat(filled)}${'-'.repeat(barColumns - filled)}]`, `${Math.floor((done / total) * 100)} %`);
      parts.push(`${show(done)} / ${show(total)}`);
    } else if (done !== undefined) parts.push(show(done));
    const seconds = Math.floor((this.now() - this.startedAt) / 1000);
    if (seconds >= 3) parts.push(`${seconds} s`);
    out.write(`\r\u001b[2K${cutTo(parts.join('  '), (out.columns ?? 80) - 1)}`);
  }
}

/** A size for people: 1024-based units, as file managers show them. */
export function sizeText(sizeBytes: number): string {
  if (sizeBytes < 1024) return `${sizeBytes} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let amount = sizeBytes;
  let unit = 'B';
  for (const next of units) {
    if (amount < 1024) break;
    amount /= 1024;
    unit = next;
  }
  return `${amount < 100 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

/** A count with thin groups of three, the same in both languages. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
