import type { Problem, Route } from '#contracts';
import type { FormInstance, Rule } from 'antd/es/form';
import { z } from 'zod';
import { localeNow, type Locale } from './words';

// Words that the contract's own checks use as their message, and what they tell a person.
const messages: Readonly<Record<string, { zh: string; en: string }>> = {
  'bad-uscc': { zh: '不是有效的统一社会信用代码。', en: 'This is not a valid unified social credit code.' },
  id: { zh: '不是有效的编号。', en: 'This is not an id.' },
  date: { zh: '请填写日期，如 2026-12-31。', en: 'A date such as 2026-12-31.' },
  instant: { zh: '请填写时间。', en: 'A time is needed.' },
  'one line': { zh: '只能有一行。', en: 'One line only.' },
  prose: { zh: '含有不能使用的字符。', en: 'It holds characters that cannot be used.' },
  'item-name': { zh: '数据项名称只能由文字、数字和 _ - . 组成。', en: 'An item name has letters, digits, _ - . only.' },
  'resource-code': { zh: '代码形如 3/01/02/0001。', en: 'A code such as 3/01/02/0001.' },
  pattern: {
    zh: '格式只支持字符、[ ]、\\d、( )、| 与 ? * + {n,m}，且总匹配整个值。',
    en: 'A pattern has characters, [ ], \\d, ( ), | and ? * + {n,m}, and is of the whole value.',
  },
  'values repeat': { zh: '取值重复。', en: 'A value is repeated.' },
  'a key is required': { zh: '主键必须是必填项。', en: 'Items of the key are required.' },
  region: { zh: '请填写 6、9 或 12 位区划代码。', en: 'A region code of 6, 9 or 12 digits.' },
  login: { zh: '登录名为 2 至 64 个小写字母、数字或 . _ -。', en: '2 to 64 small letters, digits or . _ -.' },
};

/** What a person is told of an issue that a schema of the contract found. */
export function sentenceOf(issue: z.core.$ZodIssue, locale: Locale): string {
  const known = messages[issue.message];
  if (known) return known[locale];
  const error =
    locale === 'zh'
      ? z.locales.zhCN().localeError(issue as z.core.$ZodRawIssue)
      : z.locales.en().localeError(issue as z.core.$ZodRawIssue);
  return (typeof error === 'string' ? error : error?.message) ?? issue.message;
}

/** A form rule from the contract's own schema: what the API would refuse is said beside the field. Empty fields are `required`'s business. */
export function ruleOf(schema: z.ZodType): Rule {
  return {
    validator: (_, value: unknown) => {
      if (value === undefined || value === '' || value === null) return Promise.resolve();
      const read = schema.safeParse(value);
      const issue = read.success ? undefined : read.error.issues[0];
      return issue === undefined ? Promise.resolve() : Promise.reject(new Error(sentenceOf(issue, localeNow())));
    },
  };
}

/**
 * Puts the exchange's refusal beside the field that it names, or the nearest above it (`rows` for `rows.of.0`), and leads there. True
 * when the form has one. `under` is how the exchange's paths begin where the form's do not.
 */
export function showOnForm(form: FormInstance, problem: Problem, under = ''): boolean {
  const faults = problem.faults ?? [problem];
  const names = new Set(form.getFieldsError().map(({ name }) => name.join('.')));
  const found = faults.flatMap((fault) => {
    let field = fault.at?.field ?? '';
    if (field.startsWith(under)) field = field.slice(under.length);
    while (field !== '' && !names.has(field)) field = field.slice(0, Math.max(0, field.lastIndexOf('.')));
    return field !== '' ? [{ name: field.split('.'), errors: [fault.title[localeNow()]] }] : [];
  });
  const [first] = found;
  if (first === undefined) return false;
  form.setFields(found);
  form.scrollToField(first.name, { focus: true });
  return true;
}

/** The schema of what a route takes as its body. */
export function bodyOf<T extends Route>(route: T): NonNullable<T['body']> {
  if (!route.body) throw new Error(`${route.path} takes no body`);
  return route.body;
}
