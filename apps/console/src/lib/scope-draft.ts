import { refuse, type Item, type Refusal, type RowScope } from '#contracts';
import { checkScope, type KeyListAtom } from '#rights';
import { randomHex } from './api';

type Atom = Exclude<RowScope, { op: 'all' } | { op: 'and' } | { op: 'or' } | { op: 'not' } | { op: 'key-list' }>;

/** One comparison being written: it may still lack its item or its values. */
export interface ConditionDraft {
  readonly kind: 'condition';
  readonly id: string;
  readonly not: boolean;
  readonly op: Atom['op'];
  readonly item?: string | undefined;
  /** One value for `=` and `prefix`, low and high for `between`, any number for `in`. */
  readonly values: readonly string[];
}
/** Conditions that must all hold, or one of them. */
export interface GroupDraft {
  readonly kind: 'group';
  readonly id: string;
  readonly not: boolean;
  readonly join: 'and' | 'or';
  readonly parts: readonly PartDraft[];
}
/** A comparison with a key list, which is taken or left as it is. */
export interface ListedDraft {
  readonly kind: 'listed';
  readonly id: string;
  readonly not: boolean;
  readonly atom: KeyListAtom;
}
export type PartDraft = ConditionDraft | GroupDraft | ListedDraft;
/** A row scope being written, as plain JSON that a draft can keep. Without parts: all rows. */
export type ScopeDraft = GroupDraft;

const newId = () => randomHex(4);
export const emptyCondition = (): ConditionDraft => ({ kind: 'condition', id: newId(), not: false, op: '=', values: [] });
export const listedPart = (atom: KeyListAtom): ListedDraft => ({ kind: 'listed', id: newId(), not: false, atom });
export const emptyGroup = (join: 'and' | 'or' = 'and', parts: readonly PartDraft[] = []): GroupDraft => ({
  kind: 'group',
  id: newId(),
  not: false,
  join,
  parts,
});

/** A row scope, to be edited. `scopeOfDraft` inverts it, up to groups of one. */
export function draftOfScope(rows: RowScope): ScopeDraft {
  if (rows.op === 'all') return emptyGroup();
  const part = partOf(rows);
  return part.kind === 'group' && !part.not ? part : emptyGroup('and', [part]);
}

function partOf(rows: RowScope): PartDraft {
  switch (rows.op) {
    case 'all':
      return emptyGroup();
    case 'not': {
      const inner = partOf(rows.of);
      return { ...inner, not: !inner.not };
    }
    case 'and':
    case 'or':
      return emptyGroup(rows.op, rows.of.map(partOf));
    case 'key-list':
      return listedPart(rows);
    case 'in':
      return { ...emptyCondition(), op: 'in', item: rows.item, values: rows.values };
    case 'between':
      return { ...emptyCondition(), op: 'between', item: rows.item, values: [rows.low, rows.high] };
    case '=':
    case 'prefix':
      return { ...emptyCondition(), op: rows.op, item: rows.item, values: [rows.value] };
  }
}

export interface ReadScope {
  /** The scope, when nothing is lacking and nothing is wrong. */
  readonly rows?: RowScope | undefined;
  /** What is wrong, by the id of the condition or group; `lacking`: something is not filled in yet. */
  readonly faults: ReadonlyMap<string, Refusal | 'lacking'>;
}

/** Reads a draft as a row scope, checked against the entry's items as the exchange will check it. */
export function scopeOfDraft(draft: ScopeDraft, items: readonly Item[]): ReadScope {
  const faults = new Map<string, Refusal | 'lacking'>();
  const rows = read(draft, items, faults) ?? { op: 'all' };
  if (faults.size > 0) return { faults };
  const whole = checkScope(rows, items);
  if (whole) faults.set(draft.id, whole);
  return whole ? { faults } : { rows, faults };
}

function read(part: PartDraft, items: readonly Item[], faults: Map<string, Refusal | 'lacking'>): RowScope | undefined {
  const rows =
    part.kind === 'group'
      ? readGroup(part, items, faults)
      : part.kind === 'listed'
        ? readListed(part, items, faults)
        : readCondition(part, items, faults);
  return rows && part.not ? { op: 'not', of: rows } : rows;
}

function readGroup(group: GroupDraft, items: readonly Item[], faults: Map<string, Refusal | 'lacking'>): RowScope | undefined {
  const parts = group.parts.flatMap((part) => read(part, items, faults) ?? []);
  return parts.length > 1 ? { op: group.join, of: parts } : parts[0];
}

function readListed({ id, atom }: ListedDraft, items: readonly Item[], faults: Map<string, Refusal | 'lacking'>): RowScope {
  const fault = checkScope(atom, items);
  if (fault) faults.set(id, fault);
  return atom;
}

function readCondition(
  { id, op, item, values }: ConditionDraft,
  items: readonly Item[],
  faults: Map<string, Refusal | 'lacking'>,
): RowScope | undefined {
  const [first = '', second = ''] = values.map((value) => value.trim());
  const isLacking = item === undefined || first === '' || (op === 'between' && second === '');
  if (isLacking) {
    faults.set(id, 'lacking');
    return undefined;
  }
  if (op === 'between' && items.find(({ name }) => name === item)?.type === 'L') {
    faults.set(id, refuse('scope-bad-value', { item }));
    return undefined;
  }
  const atom: RowScope =
    op === 'in'
      ? { op, item, values: values.map((value) => value.trim()) }
      : op === 'between'
        ? { op, item, low: first, high: second }
        : { op, item, value: first };
  const fault = checkScope(atom, items);
  if (fault) faults.set(id, fault);
  return atom;
}

/** The draft with one part replaced, or taken out where `next` is undefined. */
export function withPart(group: GroupDraft, id: string, next: PartDraft | undefined): GroupDraft {
  return { ...group, parts: group.parts.flatMap((part) => (part.id === id ? (next ?? []) : part)) };
}
