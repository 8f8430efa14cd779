import type { Item, RowScope } from '#contracts';
import { itemsByName } from './items-by-name.js';
import type { ScopeAtom } from './row-scope.js';

export type Locale = 'zh' | 'en';

/** How many values of a list are written out; the rest is counted. */
const shownValues = 10;

/**
 * A row scope as part of a sentence, by the items' titles: 「省级代码为 42」, "province code is 42". Says everything; only lists of more
 * than ten values are shortened, with their number.
 */
export function describeScope(rows: RowScope, items: readonly Item[], locale: Locale): string {
  return describe(rows, items, locale, false);
}

function describe(rows: RowScope, items: readonly Item[], locale: Locale, isPart: boolean): string {
  const zh = locale === 'zh';
  switch (rows.op) {
    case 'all':
      return zh ? '全部数据行' : 'all rows';
    case 'not':
      return zh ? `不符合“${describe(rows.of, items, locale, false)}”` : `not (${describe(rows.of, items, locale, false)})`;
    case 'and':
    case 'or': {
      if (rows.of.length === 1) return describe(rows.of[0] as RowScope, items, locale, isPart);
      const word = rows.op === 'and' ? (zh ? ' 且 ' : ' and ') : zh ? ' 或 ' : ' or ';
      const joined = rows.of.map((part) => describe(part, items, locale, true)).join(word);
      return isPart ? (zh ? `（${joined}）` : `(${joined})`) : joined;
    }
    case 'key-list': {
      const title = titleOf(rows.item, items);
      const list = rows.list.slice(0, 8);
      return zh ? `${title}在名单 ${list} 中（${rows.count} 个键）` : `${title} is on the list ${list} of ${rows.count} keys`;
    }
    case '=':
    case 'in':
    case 'between':
    case 'prefix':
      return describeAtom(rows, titleOf(rows.item, items), zh);
  }
}

function titleOf(name: string, items: readonly Item[]): string {
  return itemsByName(items).get(name)?.title ?? name;
}

function describeAtom(atom: ScopeAtom, title: string, zh: boolean): string {
  switch (atom.op) {
    case '=':
      return zh ? `${title}为 ${atom.value}` : `${title} is ${atom.value}`;
    case 'in': {
      const shown = atom.values.slice(0, shownValues).join(zh ? '、' : ', ');
      const more = atom.values.length > shownValues;
      if (zh) return more ? `${title}为 ${shown} 等 ${atom.values.length} 个值之一` : `${title}为 ${shown} 之一`;
      return `${title} is one of ${shown}${more ? ` … (${atom.values.length} values)` : ''}`;
    }
    case 'between':
      return zh ? `${title}在 ${atom.low} 至 ${atom.high} 之间` : `${title} is from ${atom.low} to ${atom.high}`;
    case 'prefix':
      return zh ? `${title}以 ${atom.value} 开头` : `${title} begins with ${atom.value}`;
  }
}
