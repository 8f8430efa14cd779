import type { Item, Sentence } from '#contracts';

/** What an entry asks of an item's values besides its type: required, of the key, and each rule. In its own words, nothing left out. */
export function describeAsked({ required, key, rules }: Pick<Item, 'required' | 'key' | 'rules'>): Sentence[] {
  return [
    ...(required ? [{ zh: '必填', en: 'required' }] : []),
    ...(key ? [{ zh: '主键', en: 'of the key' }] : []),
    ...describeRules(rules),
  ];
}

/** The rules alone. */
export function describeRules(rules: Item['rules']): Sentence[] {
  const { oneOf, pattern, min, max } = rules ?? {};
  return [
    ...(oneOf ? [{ zh: `取值：${oneOf.join('、')}`, en: `one of ${oneOf.join(', ')}` }] : []),
    ...(pattern === undefined ? [] : [{ zh: `格式：${pattern}`, en: `of the pattern ${pattern}` }]),
    ...(min === undefined ? [] : [{ zh: `不小于 ${min}`, en: `at least ${min}` }]),
    ...(max === undefined ? [] : [{ zh: `不大于 ${max}`, en: `at most ${max}` }]),
  ];
}
