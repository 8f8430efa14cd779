import { z } from 'zod';
import { parsePattern } from './pattern/parse.js';

/** A random 128-bit id as 32 lowercase hex digits; an object's id is the id of the statement that created it. */
export const idSchema = z.string().regex(/^[0-9a-f]{32}$/, 'id');
/** 256 bits in hex: a digest, a leaf hash, a commitment. */
export const hex64Schema = z.string().regex(/^[0-9a-f]{64}$/, 'hex64');
/** An instant, always UTC with milliseconds, as `Date.toISOString` writes it. */
export const instantSchema = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'instant');
export const dateSchema = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'date');
/** A count or a size in bytes; JSON integers stay exact below 2^53. */
export const countSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

const usccAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const usccWeights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/** The check character of the first 17 characters of a unified social credit code. GB 32100-2015 §5.5. */
export function usccCheckCharacter(first17: string): string {
  let sum = 0;
  for (const [i, weight] of usccWeights.entries()) sum += usccAlphabet.indexOf(first17.charAt(i)) * weight;
  return usccAlphabet.charAt((31 - (sum % 31)) % 31);
}

/** Unified social credit code of a department (GB 32100), check character included. It is the department's id everywhere. */
export const departmentCodeSchema = z
  .string()
  .regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/, 'bad-uscc')
  .refine((code) => code.charAt(17) === usccCheckCharacter(code.slice(0, 17)), 'bad-uscc');

export const levelSchema = z.enum(['province', 'city', 'district', 'street']);
export const regionSchema = z.string().regex(/^\d{6}(\d{3}){0,2}$/, 'region');
export const roleSchema = z.enum(['steward', 'office-head', 'requester', 'supervisor', 'operator']);
export const custodySchema = z.enum(['exchange', 'department']);
export type Role = z.infer<typeof roleSchema>;
export type Custody = z.infer<typeof custodySchema>;

/** Prose that people type: bounded, no control characters but line feeds. */
export const proseSchema = z
  .string()
  .min(1)
  .max(2000)
  // oxlint-disable-next-line no-control-regex -- the control characters are what is refused
  .regex(/^[^\u0000-\u0009\u000b-\u001f\u007f\ud800-\udfff]*$/u, 'prose');
export const titleSchema = proseSchema.max(200).regex(/^[^\n]*$/, 'one line');

/** An item's name, as in the header of its files: letters of any script, digits, `_`, `-`, `.`. */
export const itemNameSchema = z.string().regex(/^[\p{L}_][\p{L}\p{N}_.-]{0,63}$/u, 'item-name');
/** Types of the catalogue guide: C 字符 N 数值 Y 货币 D 日期 T 日期时间 L 逻辑 M 备注 G 通用 B 双精度 I 整型 F 浮点. */
export const itemTypeSchema = z.enum(['C', 'N', 'Y', 'D', 'T', 'L', 'M', 'G', 'B', 'I', 'F']);
export type ItemType = z.infer<typeof itemTypeSchema>;

/** What is done to an item's values before they leave. Never a bare hash: an ID or phone number is enumerable. */
export const transformationSchema = z.discriminatedUnion('kind', [
  /** Keeps the first and last characters (code points), the rest become `*`. */
  z.strictObject({ kind: z.literal('keep'), first: z.number().int().min(0).max(64), last: z.number().int().min(0).max(64) }),
  /** Keeps the year of a date. */
  z.strictObject({ kind: z.literal('year') }),
  /** Keeps the first characters of a code (a region, an industry). */
  z.strictObject({ kind: z.literal('prefix'), length: z.number().int().min(1).max(64) }),
  /** Rounds a number down to a multiple of `width`. */
  z.strictObject({ kind: z.literal('band'), width: z.number().int().min(1).max(1_000_000_000) }),
  /** HMAC-SHA-256 under a key of this recipient and purpose: joins within one right, not across. */
  z.strictObject({ kind: z.literal('pseudonym') }),
]);
export type Transformation = z.infer<typeof transformationSchema>;

// A value as rules state it: the canonical text of one of the item's type (docs/formats/content-digest.md §2), one line.
const ruleValue = z
  .string()
  .min(1)
  .max(100)
  // oxlint-disable-next-line no-control-regex -- the control characters are what is refused
  .regex(/^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u, 'one line');

/**
 * What an item's values must be besides of its type; a missing value keeps every rule. Checked when a version is published
 * (docs/formats/item-rules.md).
 */
export const itemRulesSchema = z
  .strictObject({
    oneOf: z
      .array(ruleValue)
      .min(1)
      .max(200)
      .refine((values) => new Set(values).size === values.length, 'values repeat')
      .optional(),
    /** The whole value, for text: a part of ECMAScript's regular expressions that is matched in linear time. */
    pattern: z
      .string()
      .refine((text) => parsePattern(text) !== undefined, 'pattern')
      .optional(),
    /** Both ends included; for numbers, dates and times. */
    min: ruleValue.optional(),
    max: ruleValue.optional(),
  })
  .refine((rules) => Object.keys(rules).length > 0, 'no rule');
export type ItemRules = z.infer<typeof itemRulesSchema>;

/** One field of a dataset. */
export const itemSchema = z.strictObject({
  name: itemNameSchema,
  title: titleSchema,
  type: itemTypeSchema,
  /** Digits after the point, for N and Y. */
  scale: z.number().int().min(0).max(12).optional(),
  required: z.boolean(),
  /** Personal information: its values may not stand in a row scope, and are masked by default. */
  personal: z.boolean(),
  /** What is done to it unless a right says otherwise. */
  mask: transformationSchema.optional(),
  /** All items so marked are together the key of the entry's rows: no two rows of a version have the same. They are required. */
  key: z.literal(true).optional(),
  rules: itemRulesSchema.optional(),
});
export type Item = z.infer<typeof itemSchema>;

const scalar = z.string().max(200);
/** The most keys that one key list holds. */
export const keysAtMost = 1_000_000;
/** Which rows: a structured predicate, never SQL text. Values are text and are read by the item's type. */
export type RowScope =
  | { op: 'all' }
  | { op: '='; item: string; value: string }
  | { op: 'in'; item: string; values: string[] }
  | { op: 'between'; item: string; low: string; high: string }
  | { op: 'prefix'; item: string; value: string }
  /** The item's value is on a key list (名单), which is kept apart: here stand its id, its keyed commitment and how many keys it has. */
  | { op: 'key-list'; item: string; list: string; commitment: string; count: number }
  | { op: 'and'; of: RowScope[] }
  | { op: 'or'; of: RowScope[] }
  | { op: 'not'; of: RowScope };
export const rowScopeSchema: z.ZodType<RowScope> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.literal('all') }),
    z.strictObject({ op: z.literal('='), item: itemNameSchema, value: scalar }),
    z.strictObject({ op: z.literal('in'), item: itemNameSchema, values: z.array(scalar).min(1).max(1000) }),
    z.strictObject({ op: z.literal('between'), item: itemNameSchema, low: scalar, high: scalar }),
    z.strictObject({ op: z.literal('prefix'), item: itemNameSchema, value: scalar.min(1) }),
    z.strictObject({
      op: z.literal('key-list'),
      item: itemNameSchema,
      list: idSchema,
      commitment: hex64Schema,
      count: z.number().int().min(1).max(keysAtMost),
    }),
    z.strictObject({ op: z.literal('and'), of: z.array(rowScopeSchema).min(1).max(64) }),
    z.strictObject({ op: z.literal('or'), of: z.array(rowScopeSchema).min(1).max(64) }),
    z.strictObject({ op: z.literal('not'), of: rowScopeSchema }),
  ]),
);

export const methodSchema = z.enum(['file', 'query', 'table']);
/** `csv-bom` is CSV that Excel opens as UTF-8, `csv-gb18030` CSV for programs that know no UTF-8. */
export const formatSchema = z.enum(['csv', 'csv-bom', 'csv-gb18030', 'xlsx', 'parquet', 'jsonl']);
export type Format = z.infer<typeof formatSchema>;
/** What a file is packed with before it is encrypted. XLSX and Parquet are packed by themselves. */
export const compressionSchema = z.literal('gzip');
export type Compression = z.infer<typeof compressionSchema>;
export const isPackable = (format: Format): boolean => format !== 'xlsx' && format !== 'parquet';

export const shareTypeSchema = z.enum(['unconditional', 'conditional', 'not-shared']);

/** A catalogue entry (政务数据资源目录编制指南), as its steward writes it. */
export const datasetEntrySchema = z.strictObject({
  title: titleSchema,
  /** 类/项/目/细目/顺序号 joined with `/`. */
  resourceCode: z.string().regex(/^\d(\/\d{1,6}){1,5}$/, 'resource-code'),
  category: titleSchema,
  abstract: proseSchema,
  /** 1 电子文件 2 电子表格 3 数据库 4 图形图像 5 流媒体 6 自描述 7 服务接口. */
  format: z.enum(['1', '2', '3', '4', '5', '6', '7']),
  items: z
    .array(itemSchema)
    .min(1)
    .max(600)
    .refine((items) => new Set(items.map((item) => item.name)).size === items.length, 'items repeat a name')
    .refine((items) => items.every(({ key, required }) => key === undefined || required), 'a key is required'),
  shareType: shareTypeSchema,
  /** The conditions of use (conditional), or the citation of law that forbids sharing (not-shared). */
  shareCondition: proseSchema.optional(),
  shareMethods: z.array(methodSchema).min(1),
  open: z.boolean(),
  openCondition: proseSchema.optional(),
  /** 1 实时 2 日 3 周 4 月 5 季 6 年. */
  updateCycle: z.enum(['1', '2', '3', '4', '5', '6']),
  publishedOn: dateSchema,
  classification: titleSchema,
  grade: z.enum(['一般', '重要', '核心']),
  relatedCodes: z.array(z.string().max(64)).max(50),
});
export type DatasetEntry = z.infer<typeof datasetEntrySchema>;

/** Legal basis and scenario together are the purpose. Here as people wrote them; the ledger holds their commitments. */
export const purposeTextSchema = z.strictObject({ basis: proseSchema, scenario: proseSchema });
/** A purpose in the ledger: HMAC-SHA-256 of each text under a random key of its own. Equal commitments, equal purpose. */
export const purposeSchema = z.strictObject({ basis: hex64Schema, scenario: hex64Schema });
export type Purpose = z.infer<typeof purposeSchema>;

/** Half-open: in force from `from` until just before `until`. */
export const windowSchema = z.strictObject({ from: instantSchema, until: instantSchema });
export const quotaSchema = z.strictObject({
  pulls: z.number().int().min(1).max(1_000_000),
  rows: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  pullsPerDay: z.number().int().min(1).max(100_000),
});
export type Quota = z.infer<typeof quotaSchema>;

/** What the grantee owes. Passing on to third parties is never allowed (Art. 25), so it is no option. */
export const obligationsSchema = z.strictObject({ deleteBy: dateSchema.optional(), accountForUse: z.boolean() });

export const itemTransformationSchema = z.strictObject({ item: itemNameSchema, transformation: transformationSchema });

const itemNames = z
  .array(itemNameSchema)
  .min(1)
  .max(600)
  .refine((names) => new Set(names).size === names.length, 'items repeat a name');

/** What a usage right allows. Maps one to one to an ODRL policy. */
export const rightTermsSchema = z.strictObject({
  dataset: idSchema,
  /** One version, or the latest at each pull. */
  version: z.union([z.literal('latest'), idSchema]),
  grantor: departmentCodeSchema,
  grantee: departmentCodeSchema,
  purpose: purposeSchema,
  items: itemNames,
  rows: rowScopeSchema,
  transformations: z.array(itemTransformationSchema).max(600),
  method: methodSchema,
  formats: z.array(formatSchema).min(1),
  window: windowSchema,
  quota: quotaSchema,
  obligations: obligationsSchema,
});
export type RightTerms = z.infer<typeof rightTermsSchema>;
export { itemNames as itemNamesSchema };
