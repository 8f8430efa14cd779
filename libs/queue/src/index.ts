export { openQueue, type QueueCounts, type QueueSettings, type TaskQueue, type Working } from './queue.js';
export type { Handler, TaskContext, WorkSettings } from './lane.js';
export { dispatch, type DispatchSettings } from './dispatch.js';
export { migrateQueue } from './migrate-queue.js';
