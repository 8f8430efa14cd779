// The door of `#delivery` where Node is not, and the part of it that is one code everywhere: reading what is to be published, opening what was
// delivered.
export { canonicalValue, valueKind } from './item-value.js';
export type { ValueKind } from './item-value.js';
export { checkItemRules } from './in/item-rules.js';
export { rowCounter } from './row-counter.js';
export type { RowCounter } from './row-counter.js';
export type { ExpectedDelivery } from './delivery-checks.js';
export { decryptUncompared, openDeliveryStream } from './open-delivery-stream.js';
export type { DeliveryStream, OpenedStream } from './open-delivery-stream.js';
export { csvLimits } from './csv-limits.js';
export type { CsvLimits } from './csv-limits.js';
export { readCsvHead, matchHeader } from './csv-head.js';
export type { CsvHead, HeaderMatch } from './csv-head.js';
export { checkCsv } from './check-csv.js';
export type { CheckedCsv } from './check-csv.js';
export { inferItems } from './infer-items.js';
export type { InferredItem, InferredItems } from './infer-items.js';
export { resumableStream } from './resumable-stream.js';
export type { Resumable } from './resumable-stream.js';
