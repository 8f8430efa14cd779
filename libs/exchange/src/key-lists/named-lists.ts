import { refuse, type RowScope } from '#contracts';
import type { StoredKeyList } from '#delivery';
import { keyListsIn } from '#rights';
import type { ExchangeContext } from '../context.js';
import type { KeyList, Stores } from '../ports.js';

/** What a scope's key lists must belong to. */
export interface ListsOf {
  readonly dataset: string;
  /** The department that sent them: the one that asks. */
  readonly department: string;
}

const identityName = (list: string) => `key-list-identity:${list}`;
const commitmentName = (list: string) => `key-list-commitment:${list}`;

/** What opens a list, sealed under the vault key for its row. */
export function sealListSecrets(
  context: ExchangeContext,
  list: string,
  secrets: { identity: string; commitmentKey: Buffer },
): Required<Pick<KeyList, 'identity' | 'commitmentKey'>> {
  return {
    identity: context.vault.seal(identityName(list), Buffer.from(secrets.identity, 'utf8')),
    commitmentKey: context.vault.seal(commitmentName(list), secrets.commitmentKey),
  };
}

/**
 * Checks that every key list that a scope names is here, belongs to the department and the dataset, and is as the scope says: what is
 * sealed must be true of the list. Throws Refusal unknown, key-list-differs, key-list-gone, each naming the field.
 */
export async function checkListsNamed(stores: Stores, rows: RowScope, of: ListsOf, field = 'rows'): Promise<void> {
  for (const named of keyListsIn(rows)) await namedList(stores, named, of, field);
}

/** The lists that a scope names, for a job to open. Throws as `checkListsNamed` does. */
export async function openListsNamed(
  context: ExchangeContext,
  stores: Stores,
  rows: RowScope,
  of: ListsOf,
): Promise<StoredKeyList[]> {
  const opened: StoredKeyList[] = [];
  for (const named of keyListsIn(rows)) {
    const { id, item, objectName, commitment, count, ...list } = await namedList(stores, named, of, 'rows');
    opened.push({
      list: id,
      item,
      objectName,
      commitment,
      count,
      identity: context.vault.open(identityName(id), list.identity).toString('utf8'),
      commitmentKey: context.vault.open(commitmentName(id), list.commitmentKey),
    });
  }
  return opened;
}

type Named = ReturnType<typeof keyListsIn>[number];
type Whole = KeyList & Required<Pick<KeyList, 'identity' | 'commitmentKey'>>;

async function namedList(stores: Stores, named: Named, of: ListsOf, field: string): Promise<Whole> {
  const list = await stores.keyLists.get(named.list);
  if (!list || list.department !== of.department) throw refuse('unknown', {}, { field });
  if (list.dataset !== of.dataset) throw refuse('key-list-differs', { field: 'dataset' }, { field });
  for (const one of ['item', 'commitment', 'count'] as const)
    if (list[one] !== named[one]) throw refuse('key-list-differs', { field: one }, { field });
  if (!isWhole(list)) throw refuse('key-list-gone', {}, { field });
  return list;
}

function isWhole(list: KeyList): list is Whole {
  return list.identity !== undefined && list.commitmentKey !== undefined;
}
