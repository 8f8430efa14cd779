import { datasetEntrySchema, type DatasetEntry } from '#contracts';
import type { InferredItem } from '#delivery';
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { Stop } from '../exits.js';
import { dayText } from '../show/times.js';
import { z } from 'zod';
import type { Language, Say } from '../language.js';

/** A form of a catalogue entry to be corrected by hand: every field is there; `_` tells what to look at and is left out when entered. */
export function newForm(
  path: string,
  items: readonly InferredItem[],
  say: Say,
  now = new Date(),
): DatasetEntry & { _: string[] } {
  return {
    _: [
      say({
        zh: '请逐项核对：title、resourceCode、category、abstract、shareType 与 shareCondition，以及每个数据项的 title、type、required、personal、mask。',
        en: 'Check each: title, resourceCode, category, abstract, shareType with shareCondition, and of every item title, type, required, personal, mask.',
      }),
      say({
        zh: '编号、代码、前导零、15 位以上数字一律按文本（C）处理；含个人信息的数据项标 personal。',
        en: 'Identifiers, codes, leading zeros and more than 15 digits are text (C); mark items that are personal data.',
      }),
      say({
        zh: 'shareType：unconditional 无条件、conditional 有条件（写 shareCondition）、not-shared 不予（shareCondition 写法律依据）。',
        en: 'shareType: unconditional, conditional (write shareCondition), not-shared (cite the law in shareCondition).',
      }),
      say({
        zh: '可加：数据项 "key": true 为主键（须 required）；"rules": { "oneOf": ["1", "2"], "pattern": "\\\\d{12}", "min": "0", "max": "100" }，发布时逐行核对。',
        en: 'May be added to an item: "key": true (then it is required); "rules": { "oneOf": ["1", "2"], "pattern": "\\\\d{12}", "min": "0", "max": "100" }, checked row by row when published.',
      }),
      ...items.map(({ item, why }) => `${item.name}: ${say(why)}`),
    ],
    title: basename(path, extname(path)),
    resourceCode: '3/01/001/000001',
    category: say({ zh: '部门类', en: 'department' }),
    abstract: say({
      zh: `由 ${basename(path)} 建立，请改写为摘要。`,
      en: `Made from ${basename(path)}; write the abstract here.`,
    }),
    format: '3',
    items: items.map(({ item }) => item),
    shareType: 'conditional',
    shareCondition: say({ zh: '请写明使用条件。', en: 'Write the conditions of use here.' }),
    shareMethods: ['file'],
    open: false,
    updateCycle: '4',
    publishedOn: dayText(now.toISOString()),
    classification: say({ zh: '政务数据', en: 'government data' }),
    grade: '一般',
    relatedCodes: [],
  };
}

/** Reads a form. Throws Stop naming the field at fault. */
export function readForm(path: string, language: Language): DatasetEntry {
  const text = path === '-' ? readFileSync(0, 'utf8') : readFileSync(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new Stop('refused', 'bad-json', {
      zh: `${path} 不是有效的 JSON：${String(error)}`,
      en: `${path} is no valid JSON: ${String(error)}`,
    });
  }
  const entry = isObject(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('_'))) : value;
  const read = datasetEntrySchema.safeParse(entry, language === 'zh' ? { error: z.locales.zhCN().localeError } : {});
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => `${fieldName(entry, issue.path)}: ${issue.message}`);
  throw new Stop(
    'refused',
    'bad-input',
    { zh: `${path} 有 ${faults.length} 处不符合要求：`, en: `${path} does not fit in ${faults.length} place(s):` },
    { zh: faults.join('\n'), en: faults.join('\n') },
  );
}

// `items.3 (phone).type` is found faster than `items.3.type`.
function fieldName(entry: unknown, path: readonly PropertyKey[]): string {
  const [first, index] = path;
  const items = isObject(entry) ? entry['items'] : undefined;
  const item: unknown = first === 'items' && typeof index === 'number' && Array.isArray(items) ? items[index] : undefined;
  const name = isObject(item) && typeof item['name'] === 'string' ? ` (${item['name']})` : '';
  return path.map((part, i) => `${String(part)}${i === 1 ? name : ''}`).join('.');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
