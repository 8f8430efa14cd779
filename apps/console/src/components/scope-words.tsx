import type { Item, RowScope } from '#contracts';
import { describeScope } from '#rights';
import { useLocale } from '../lib/words';

/** Which rows, in words: 「省级代码为 42」, "province code is 42". */
export function ScopeWords({ rows, items }: { readonly rows: RowScope; readonly items: readonly Item[] }) {
  return <span className="scope-words">{describeScope(rows, items, useLocale())}</span>;
}
