import { shortId, type KeyListView, type RowScope } from '#contracts';
import { statSync } from 'node:fs';
import type { Desk } from '../desk.js';
import { usage } from '../exits.js';
import type { Sentence } from '../language.js';
import { countText } from '../terminal/progress.js';
import { digestOfFile, sendFile } from './send-file.js';

const reasons: Record<KeyListView['malformed']['first'][number]['reason'], Sentence> = {
  'value-misfit': { zh: '不是该数据项的值', en: 'no value of the item' },
  'too-long': { zh: '过长', en: 'too long' },
  'control-character': { zh: '含控制字符', en: 'has a control character' },
  'fields-differ': { zh: '列数不同', en: 'has another number of fields' },
};

/** A key list as `--list ITEM=FILE` names it. */
export interface NamedList {
  readonly item: string;
  readonly path: string;
  /** Of the file as it lies there. */
  readonly sha256: string;
}

/** Reads which lists are meant, and what is in their files. Throws Stop. */
export async function namedLists(desk: Desk, lists: readonly string[] = []): Promise<NamedList[]> {
  const named: NamedList[] = [];
  for (const text of lists) {
    const [item = '', path = ''] = splitOnce(text);
    if (item === '' || path === '') throw usage(`--list 写作 数据项=文件：${text}`, `--list is ITEM=FILE: ${text}`);
    if (!statSync(path).isFile()) throw usage(`${path} 不是普通文件。`, `${path} is no plain file.`);
    named.push({ item, path, sha256: await digestOfFile(desk, path) });
  }
  return named;
}

/**
 * Sends key lists and answers the scope of the rows that are on all of them and in `rows`. Says how
 * many keys were taken and which lines were not.
 */
export async function withLists(
  desk: Desk,
  dataset: string,
  lists: readonly NamedList[],
  rows: RowScope | undefined,
): Promise<RowScope | undefined> {
  if (lists.length === 0) return rows;
  const parts: RowScope[] = [];
  for (const list of lists) parts.push(await sendList(desk, dataset, list));
  if (rows !== undefined && rows.op !== 'all') parts.push(rows);
  return parts.length === 1 ? parts[0] : { op: 'and', of: parts };
}

function splitOnce(text: string): string[] {
  const at = text.indexOf('=');
  return at < 0 ? [] : [text.slice(0, at).trim(), text.slice(at + 1)];
}

async function sendList(desk: Desk, dataset: string, { item, path }: NamedList): Promise<RowScope> {
  const { keyList: list } = await sendFile(desk, { dataset, path, item });
  if (!list) throw usage('平台没有给出名单。', 'The exchange gave no list.');
  const { id, count, commitment, duplicates, malformed } = list;
  const [keys, twice, bad] = [countText(count), countText(duplicates), countText(malformed.count)];
  desk.out.note({
    zh: `名单 ${shortId(id)}：${keys} 个键；重复 ${twice} 行，未采用 ${bad} 行。`,
    en: `List ${shortId(id)}: ${keys} keys; ${twice} lines repeat one, ${bad} were not taken.`,
  });
  for (const { line, reason } of malformed.first)
    desk.out.note({ zh: `第 ${line} 行：${reasons[reason].zh}`, en: `Line ${line}: ${reasons[reason].en}` });
  return { op: 'key-list', item, list: id, commitment, count };
}
