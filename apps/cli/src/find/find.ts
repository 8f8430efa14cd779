import { meansId, routes, type DatasetView, type DeliveryView, type DepartmentView, type PersonView } from '#contracts';
import type { ProposalView, RequestView, RightView, VersionView } from '#contracts';
import type { Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import type { Sentence } from '../language.js';
import { allPages } from './pages.js';

const fullId = /^[0-9a-f]{32}$/;
const idPart = /^[0-9a-f]{6,31}$/;

/**
 * Finds by what people type: a whole id is asked for directly; else the list is read and the text must be the beginning or the end of
 * exactly one id (six digits at least) or exactly a name of one. Names win over parts, since a code may look like an id.
 */
async function find<T>(
  text: string,
  what: Sentence,
  list: AsyncIterable<T>,
  ids: (item: T) => string,
  names: (item: T) => readonly string[] = () => [],
): Promise<T> {
  const named: T[] = [];
  const parts: T[] = [];
  const isPart = idPart.test(text) || fullId.test(text);
  for await (const item of list) {
    if (names(item).includes(text)) named.push(item);
    else if (isPart && meansId(text, ids(item))) parts.push(item);
  }
  const found = named.length > 0 ? named : parts;
  if (found.length === 1) return found[0] as T;
  if (found.length > 1)
    throw new Stop(
      'usage',
      'ambiguous',
      {
        zh: `“${text}”对应 ${found.length} 个${what.zh}，请写得更完整。`,
        en: `“${text}” means ${found.length} ${what.en}s; write more of it.`,
      },
      { zh: found.slice(0, 5).map(ids).join('\n'), en: found.slice(0, 5).map(ids).join('\n') },
    );
  throw new Stop(
    'refused',
    'unknown',
    { zh: `没有找到${what.zh}：${text}`, en: `There is no such ${what.en}: ${text}` },
    isPart || names.length === 0
      ? undefined
      : { zh: '编号至少写出末 6 位或前 6 位。', en: 'Of an id, write at least its last or first 6 digits.' },
  );
}

export async function findDataset(desk: Desk, text: string): Promise<DatasetView> {
  if (fullId.test(text)) return desk.client.call(routes.dataset, { params: { id: text } });
  const list = allPages((page) => desk.client.call(routes.datasets, { query: page }));
  return find(
    text,
    { zh: '数据资源', en: 'dataset' },
    list,
    (one) => one.id,
    (one) => [one.entry.resourceCode, one.entry.title],
  );
}

/** A version by its number or id. */
export async function findVersion(desk: Desk, dataset: string, text: string): Promise<VersionView> {
  const { items } = await desk.client.call(routes.versions, { params: { id: dataset } });
  return find(
    text,
    { zh: '数据版本', en: 'version' },
    each(items),
    (one) => one.id,
    (one) => [String(one.number), `v${one.number}`],
  );
}

export async function findRequest(desk: Desk, text: string): Promise<RequestView> {
  if (fullId.test(text)) return desk.client.call(routes.request, { params: { id: text } });
  const list = allPages((page) => desk.client.call(routes.requests, { query: page }));
  return find(text, { zh: '共享申请', en: 'request' }, list, (one) => one.id);
}

export async function findRight(desk: Desk, text: string): Promise<RightView> {
  if (fullId.test(text)) return desk.client.call(routes.right, { params: { id: text } });
  const list = allPages((page) => desk.client.call(routes.rights, { query: page }));
  return find(text, { zh: '使用权', en: 'right' }, list, (one) => one.id);
}

export async function findDelivery(desk: Desk, text: string): Promise<DeliveryView> {
  if (fullId.test(text)) return desk.client.call(routes.delivery, { params: { id: text } });
  const list = allPages((page) => desk.client.call(routes.deliveries, { query: page }));
  return find(text, { zh: '数据提供记录', en: 'delivery' }, list, (one) => one.id);
}

export async function findProposal(desk: Desk, text: string): Promise<ProposalView> {
  if (fullId.test(text)) return desk.client.call(routes.proposal, { params: { id: text } });
  const list = allPages((page) => desk.client.call(routes.proposals, { query: { state: 'all', ...page } }));
  return find(text, { zh: '待办事项', en: 'proposal' }, list, (one) => one.id);
}

/** A person of one of the departments, or of the one acted for, by id, login or name. */
export async function findPerson(desk: Desk, text: string, departments: readonly string[] = []): Promise<PersonView> {
  return find(
    text,
    { zh: '人员', en: 'person' },
    peopleOf(desk, departments),
    (one) => one.id,
    (one) => [one.login, one.name],
  );
}

/** Each once, whatever number of the departments they serve. */
async function* peopleOf(desk: Desk, departments: readonly string[]): AsyncGenerator<PersonView> {
  const told = new Set<string>();
  const queries = departments.length === 0 ? [{}] : departments.map((department) => ({ department }));
  for (const of of queries) {
    for await (const one of allPages((page) => desk.client.call(routes.people, { query: { ...of, ...page } }))) {
      if (!told.has(one.id)) yield one;
      told.add(one.id);
    }
  }
}

/** A department by its code, a beginning of it, or its name. */
export async function findDepartment(desk: Desk, text: string): Promise<DepartmentView> {
  const { items } = await desk.client.call(routes.departments, {});
  const exact = items.find((one) => one.code === text.toUpperCase()) ?? only(items.filter((one) => one.name === text));
  if (exact) return exact;
  const begun = text.length >= 6 ? items.filter((one) => one.code.startsWith(text.toUpperCase())) : [];
  const found = only(begun);
  if (found) return found;
  throw begun.length > 1
    ? usage(
        `“${text}”对应 ${begun.length} 个部门，请写得更完整。`,
        `“${text}” means ${begun.length} departments; write more of it.`,
      )
    : new Stop('refused', 'unknown', { zh: `没有找到部门：${text}`, en: `There is no such department: ${text}` });
}

function only<T>(items: readonly T[]): T | undefined {
  return items.length === 1 ? items[0] : undefined;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}
