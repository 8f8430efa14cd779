import { z } from 'zod';
import { issuerSchema } from '../statements/envelope.js';
import { countSchema, departmentCodeSchema, idSchema, instantSchema } from '../vocabulary.js';
import { route } from './route.js';
import { statementTypeSchema } from '../statements/statement.js';
import {
  countedPageOf,
  entryViewSchema,
  ledgerStatusSchema,
  noticeViewSchema,
  pageOf,
  pageQuery,
  problemSchema,
  statementTypesQuery,
} from './views.js';

const trailFilters = {
  /** What one knows: `#123` or an entry's index, an id, a leaf hash; else a dataset, department or person by name. */
  q: z.string().min(1).max(100).optional(),
  /** Any object: entries that create it or name it. */
  subject: z.string().min(1).max(128).optional(),
  issuer: issuerSchema.optional(),
  dataset: idSchema.optional(),
  right: idSchema.optional(),
  delivery: idSchema.optional(),
  department: departmentCodeSchema.optional(),
  person: idSchema.optional(),
  /** Types, separated by commas. */
  type: statementTypesQuery.optional(),
  from: instantSchema.optional(),
  until: instantSchema.optional(),
};

/** Trail, ledger export, notices, health. */
export const oversightRoutes = {
  trail: route({
    method: 'GET',
    path: '/api/trail',
    access: 'person',
    tag: 'trail',
    summary: { zh: '共享留痕', en: 'The trail' },
    query: z.strictObject({ ...trailFilters, ...pageQuery }),
    response: countedPageOf(entryViewSchema),
  }),
  trailTimeline: route({
    method: 'GET',
    path: '/api/trail/timeline',
    access: 'person',
    tag: 'trail',
    summary: { zh: '留痕随时间的分布', en: 'The trail counted over time' },
    query: z.strictObject(trailFilters),
    response: z.object({
      /** Width of a bucket; buckets in which nothing happened are left out. 0 where there is nothing at all. */
      stepSeconds: countSchema,
      buckets: z.array(
        z.object({ from: instantSchema, count: countSchema, byType: z.partialRecord(statementTypeSchema, countSchema) }),
      ),
    }),
  }),
  trailSheet: route({
    method: 'GET',
    path: '/api/trail.xlsx',
    access: 'person',
    tag: 'trail',
    summary: { zh: '留痕导出为电子表格', en: 'The trail as a workbook' },
    query: z.strictObject(trailFilters),
    produces: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  }),
  trailFile: route({
    method: 'GET',
    path: '/api/trail.json',
    access: 'person',
    tag: 'trail',
    summary: { zh: '留痕导出为 JSON', en: 'The trail as one JSON array' },
    query: z.strictObject(trailFilters),
    produces: 'application/json; charset=utf-8',
  }),
  trailPage: route({
    method: 'GET',
    path: '/api/trail.html',
    access: 'person',
    tag: 'trail',
    summary: { zh: '可打印归档的留痕页', en: 'The trail as a page to print and file' },
    query: z.strictObject(trailFilters),
    produces: 'text/html; charset=utf-8',
  }),
  entry: route({
    method: 'GET',
    path: '/api/entries/:index',
    access: 'person',
    tag: 'trail',
    summary: { zh: '一条存证记录', en: 'An entry' },
    params: z.strictObject({ index: z.coerce.number().int().min(0) }),
    response: entryViewSchema,
  }),
  /** One canonical entry a line: exactly the bytes that are hashed (docs/formats/export.md). */
  exportLedger: route({
    method: 'GET',
    path: '/api/ledger/export',
    access: ['supervisor', 'operator'],
    tag: 'ledger',
    summary: { zh: '导出账本', en: 'Export the ledger' },
    query: z.strictObject({
      start: z.coerce.number().int().min(0).default(0),
      /** Up to just before this index. */
      until: z.coerce.number().int().min(0).optional(),
    }),
    produces: 'application/x-ndjson',
  }),
  /** `receipt` is the file of docs/formats/receipt.md: its canonical JSON is what people keep. */
  receipt: route({
    method: 'GET',
    path: '/api/statements/:id/receipt',
    access: 'person',
    tag: 'ledger',
    summary: {
      zh: '签署记录的回执：已受理、已存证、已见证',
      en: 'The receipt of a statement: admitted, durable, witnessed',
    },
    params: z.strictObject({ id: idSchema }),
    response: z.object({ state: z.enum(['waiting', 'sealed', 'rejected']), receipt: z.record(z.string(), z.any()) }),
  }),
  /** One zip (docs/formats/evidence-bundle.md) about one object, or about everything sealed from an instant to just before another. */
  evidence: route({
    method: 'GET',
    path: '/api/evidence.zip',
    access: 'person',
    tag: 'ledger',
    summary: {
      zh: '证据包：一项使用权、一次数据提供、一个数据资源或一段时间',
      en: 'An evidence bundle about a right, a delivery, a dataset or a period',
    },
    query: z.strictObject({
      right: idSchema.optional(),
      delivery: idSchema.optional(),
      dataset: idSchema.optional(),
      from: instantSchema.optional(),
      until: instantSchema.optional(),
    }),
    produces: 'application/zip',
  }),
  trustRoot: route({
    method: 'GET',
    path: '/api/ledger/trust-root',
    access: 'public',
    tag: 'ledger',
    summary: { zh: '信任根（须经其他渠道比对）', en: 'The trust root, to be compared over another channel' },
    response: z.record(z.string(), z.any()),
  }),
  audit: route({
    method: 'POST',
    path: '/api/ledger/audit',
    access: ['supervisor', 'operator'],
    tag: 'ledger',
    summary: { zh: '由账本重算投影并列出差异', en: 'Recompute projections from the ledger and list differences' },
    response: z.object({
      entries: countSchema,
      states: countSchema,
      head: z.string(),
      differences: z.array(z.object({ kind: z.string(), id: z.string(), what: z.string() })),
    }),
  }),
  notices: route({
    method: 'GET',
    path: '/api/notices',
    access: 'person',
    tag: 'trail',
    summary: { zh: '通知', en: 'Notices' },
    query: z.strictObject(pageQuery),
    /** Unread ones are counted to 1,000. */
    response: pageOf(noticeViewSchema).extend({ unread: countSchema }),
  }),
  readAllNotices: route({
    method: 'POST',
    path: '/api/notices/read',
    access: 'person',
    tag: 'trail',
    summary: { zh: '全部标为已读', en: 'Mark all notices as read' },
    status: 204,
  }),
  readNotice: route({
    method: 'POST',
    path: '/api/notices/:id/read',
    access: 'person',
    tag: 'trail',
    summary: { zh: '标为已读', en: 'Mark a notice as read' },
    params: z.strictObject({ id: idSchema }),
    status: 204,
  }),
  /** Server-sent events: `{kind, id}` of what changed and the caller may know; read the object again. */
  events: route({
    method: 'GET',
    path: '/api/events',
    access: 'person',
    tag: 'operations',
    summary: { zh: '变更事件流', en: 'A stream of what changed' },
    produces: 'text/event-stream',
  }),
  live: route({
    method: 'GET',
    path: '/health/live',
    access: 'public',
    tag: 'operations',
    summary: { zh: '进程存活', en: 'The process is alive' },
    response: z.object({ status: z.literal('ok') }),
  }),
  metrics: route({
    method: 'GET',
    path: '/metrics',
    access: 'public',
    tag: 'operations',
    summary: { zh: 'Prometheus 指标', en: 'Metrics for Prometheus' },
    produces: 'text/plain; version=0.0.4; charset=utf-8',
  }),
  ledgerStatus: route({
    method: 'GET',
    path: '/api/ledger/status',
    access: 'person',
    tag: 'ledger',
    summary: { zh: '账本与见证状态', en: 'How the ledger and its witnesses stand' },
    response: ledgerStatusSchema,
  }),
  ready: route({
    method: 'GET',
    path: '/health/ready',
    access: 'public',
    tag: 'operations',
    summary: { zh: '可以提供服务', en: 'Ready to serve' },
    response: z.object({
      status: z.enum(['ok', 'unready']),
      database: z.boolean(),
      queue: z.boolean(),
      /** Age of the oldest statement that waits to be sealed. */
      sealerLagMs: countSchema,
      inboxWaiting: countSchema,
      openTasks: countSchema,
      ledgerSize: countSchema,
      /** Whether the ledger is sealed; `problem` says why not. */
      sealing: z.object({ ok: z.boolean(), problem: problemSchema.optional() }),
      /**
       * Of the witnesses that are asked, how many answer; `quorum`: whether it takes any, `reached`: whether those that answer are enough;
       * `size`: entries that are witnessed.
       */
      witnesses: z.object({
        asked: countSchema,
        answering: countSchema,
        quorum: z.boolean(),
        reached: z.boolean(),
        size: countSchema,
        ageMs: countSchema.optional(),
      }),
    }),
  }),
};
