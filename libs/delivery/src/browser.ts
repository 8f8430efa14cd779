// The door of `#delivery` where Node is not, and the part of it that is one code everywhere: opening what was delivered.
export { canonicalValue, valueKind } from './item-value.js';
export type { ValueKind } from './item-value.js';
export { rowCounter } from './row-counter.js';
export type { RowCounter } from './row-counter.js';
export type { ExpectedDelivery } from './delivery-checks.js';
export { decryptUncompared, openDeliveryStream } from './open-delivery-stream.js';
export type { DeliveryStream, OpenedStream } from './open-delivery-stream.js';
