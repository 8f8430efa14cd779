import { formatSchema, type Format, type Quota } from '#contracts';
import { Option, type Command } from 'commander';
import type { Bench } from '../desk.js';
import { usage } from '../exits.js';
import { instantFrom, instantUntil } from '../show/times.js';
import { countOf } from './inbox.js';

/** Options that state what is asked for, or what a decision narrows it to. */
export interface TermOptions {
  items?: string;
  rows?: string;
  rowsFile?: string;
  formats?: string;
  from?: string;
  until?: string;
  pulls?: string;
  maxRows?: string;
  perDay?: string;
}

/** Adds the options of a request's terms to a command. */
export function termOptions(command: Command, bench: Bench): Command {
  const { say } = bench;
  return command
    .option('--items <list>', say({ zh: '数据项，逗号分隔', en: 'items, with commas between' }))
    .option(
      '--rows <scope>',
      say({
        zh: '行范围，如 "provinceCode = 42 and streetCode prefix 4201"',
        en: 'which rows, such as "provinceCode = 42 and streetCode prefix 4201"',
      }),
    )
    .option('--rows-file <file>', say({ zh: '行范围取自文件（文字或 JSON）', en: 'which rows, from a file (text or JSON)' }))
    .option(
      '--formats <list>',
      say({ zh: `文件格式：${formatSchema.options.join(',')}`, en: `file formats: ${formatSchema.options.join(',')}` }),
    )
    .addOption(new Option('--from <date>', say({ zh: '自哪天起，默认现在', en: 'from this day on; now when left out' })))
    .option('--until <date>', say({ zh: '至哪天（含当天，北京时间）', en: 'to the end of this day (Beijing time)' }))
    .option('--pulls <n>', say({ zh: '最多提取几次', en: 'at most so many pulls' }))
    .option('--max-rows <n>', say({ zh: '累计最多几行', en: 'at most so many rows in all' }))
    .option('--per-day <n>', say({ zh: '每日最多提取几次', en: 'at most so many pulls a day' }));
}

/** A list as people type it, full-width commas included; undefined when nothing was given. */
export function listOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const parts = text.split(/[,，、]/).map((part) => part.trim());
  if (parts.some((part) => part === '')) throw usage(`列表中有空项：${text}`, `The list has an empty part: ${text}`);
  return parts;
}

export function formatsOf(text: string | undefined): Format[] | undefined {
  return listOf(text)?.map((part) => {
    const read = formatSchema.safeParse(part);
    if (!read.success)
      throw usage(
        `没有格式“${part}”，可用：${formatSchema.options.join('、')}。`,
        `There is no format “${part}”; there are ${formatSchema.options.join(', ')}.`,
      );
    return read.data;
  });
}

/** The window that the options state over a standing one. */
export function windowOf(options: TermOptions, standing: { from: string; until?: string }): { from: string; until: string } {
  const from = options.from === undefined ? standing.from : instantFrom(options.from, '--from');
  const until = options.until === undefined ? standing.until : instantUntil(options.until, '--until');
  if (until === undefined) throw usage('请用 --until 写明使用时限。', 'Say with --until how long.');
  if (until <= from) throw usage('使用时限的终点须晚于起点。', 'The term must end after it begins.');
  return { from, until };
}

export function quotaOf(options: TermOptions, standing: Quota): Quota {
  return {
    pulls: options.pulls === undefined ? standing.pulls : countOf(options.pulls, '--pulls'),
    rows: options.maxRows === undefined ? standing.rows : countOf(options.maxRows, '--max-rows'),
    pullsPerDay: options.perDay === undefined ? standing.pullsPerDay : countOf(options.perDay, '--per-day'),
  };
}
