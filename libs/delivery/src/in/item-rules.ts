import { compilePattern, refuse, type Item, type Refusal } from '#contracts';
import { canonicalValue, scaleOf, valueKind, type ValueKind } from '../item-value.js';

/** Which rule a canonical text breaks, or undefined. */
export type RuleCheck = (canonical: string) => 'oneOf' | 'pattern' | 'min' | 'max' | undefined;

/** The rules of an item as one check, undefined where it has none. Throws Refusal `item-rule` for what `checkItemRules` names. */
export function ruleCheck(item: Item): RuleCheck | undefined {
  if (item.rules === undefined) return undefined;
  const { oneOf, pattern, min, max } = item.rules;
  const fault = faultOf(item, '');
  if (fault) throw fault;
  const allowed = oneOf && new Set(oneOf);
  const matches = pattern === undefined ? undefined : compilePattern(pattern);
  const compare = comparison(valueKind(item), scaleOf(item));
  return (text) => {
    if (allowed && !allowed.has(text)) return 'oneOf';
    if (matches && !matches(text)) return 'pattern';
    if (min !== undefined && compare(text, min) < 0) return 'min';
    return max !== undefined && compare(text, max) > 0 ? 'max' : undefined;
  };
}

/** A rule as its sign and value, for sentences in any language. */
export function ruleText({ rules }: Pick<Item, 'rules'>, rule: NonNullable<ReturnType<RuleCheck>>): string {
  switch (rule) {
    case 'oneOf': {
      const values = rules?.oneOf ?? [];
      return values.slice(0, 10).join(' / ') + (values.length > 10 ? ' / …' : '');
    }
    case 'pattern':
      return rules?.pattern ?? '';
    case 'min':
      return `≥ ${rules?.min ?? ''}`;
    case 'max':
      return `≤ ${rules?.max ?? ''}`;
  }
}

/**
 * Whether each item's rules can be asked of its type: a pattern of text, a range of what has an order, and every value stated in its
 * canonical text. Gives the first fault (`item-rule`, with the field's path after `field`), else undefined.
 */
export function checkItemRules(items: readonly Item[], field = 'items'): Refusal | undefined {
  for (const [i, item] of items.entries()) {
    const fault = faultOf(item, `${field}.${i}.rules`);
    if (fault) return fault;
  }
  return undefined;
}

function faultOf(item: Item, field: string): Refusal | undefined {
  const { oneOf, pattern, min, max } = item.rules ?? {};
  const kind = valueKind(item);
  const wrong = (rule: string): Refusal => refuse('item-rule', { item: item.name, rule }, { field: `${field}.${rule}` });
  const isCanonical = (text: string): boolean => canonicalValue(item, text) === text;
  if (oneOf && !oneOf.every(isCanonical)) return wrong('oneOf');
  if (pattern !== undefined && kind !== 'text') return wrong('pattern');
  const hasOrder = kind !== 'text' && kind !== 'boolean';
  if (min !== undefined && !(hasOrder && isCanonical(min))) return wrong('min');
  if (max !== undefined && !(hasOrder && isCanonical(max))) return wrong('max');
  if (min !== undefined && max !== undefined && comparison(kind, scaleOf(item))(min, max) > 0) return wrong('max');
  return undefined;
}

/** Canonical texts of one kind by the order of their values. */
function comparison(kind: ValueKind, scale: number): (a: string, b: string) => number {
  switch (kind) {
    case 'double':
      return (a, b) => Number(a) - Number(b);
    case 'integer':
    case 'decimal': {
      const exact = (text: string): bigint => BigInt(text.replace('.', ''));
      // Fifteen digits are exact in a double, however the point stands.
      const short = 15 + (scale > 0 ? 1 : 0);
      return (a, b) => {
        if (a.length <= short && b.length <= short) return Number(a) - Number(b);
        const [x, y] = [exact(a), exact(b)];
        return x < y ? -1 : x > y ? 1 : 0;
      };
    }
    // Dates and times: four-digit years first, so their texts are in their order.
    default:
      return (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  }
}
