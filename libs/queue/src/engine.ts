import {
  createPostgresBackend,
  createRedisBackend,
  withBackend,
  type Job,
  type JobsOptions,
  type JobType,
  type Processor,
  type WorkerOptions,
} from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';

/** Where the jobs lie. Exactly one address counts: Redis when it is given, else PostgreSQL. */
export interface Engine {
  readonly postgresUrl?: string;
  readonly redisUrl?: string;
}

/** Apart from our own tables, and migrated apart (`migrateQueue`). */
export const schema = 'bullmq';

export type WorkerSettings = Omit<WorkerOptions, 'connection' | 'prefix'>;
/** What we use of BullMQ's queue, whichever engine is below. */
export interface JobQueue {
  add(name: string, data: unknown, options: JobsOptions): Promise<unknown>;
  getJobCounts(...types: JobType[]): Promise<Record<string, number>>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}
/** … and of its worker. */
export interface JobWorker {
  waitUntilReady(): Promise<unknown>;
  close(force?: boolean): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: Job | undefined, error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
}

export interface Connections {
  queue(name: string): JobQueue;
  worker<T>(name: string, process: Processor<T, void>, settings: WorkerSettings): JobWorker;
  /** Ends what this module opened itself. */
  close(): Promise<void>;
}

/** Braces keep all keys of a queue on one node of a cluster. */
const prefix = '{quanlian}';

export function connections({ postgresUrl, redisUrl }: Engine): Connections {
  if (redisUrl !== undefined) return onRedis(redisUrl);
  if (postgresUrl !== undefined) return onPostgres(postgresUrl);
  throw new Error('The queue needs the address of PostgreSQL or of Redis.');
}

function onPostgres(url: string): Connections {
  const onEngine = withBackend(createPostgresBackend);
  const connection = (max: number) => ({
    connectionString: url,
    schema,
    max,
    application_name: 'quanlian-queue',
    keepAlive: true,
    connectionTimeoutMillis: 5000,
    query_timeout: 30_000,
  });
  return {
    // The runtime roles may not change what only the migrator should.
    queue: (name) => new onEngine.Queue(name, { connection: connection(2), skipMetasUpdate: true }),
    worker: (name, process, settings) => new onEngine.Worker(name, process, { ...settings, connection: connection(4) }),
    close: async () => {},
  };
}

function onRedis(url: string): Connections {
  const onEngine = withBackend(createRedisBackend);
  const opened: Redis[] = [];
  const open = (options: RedisOptions) => {
    const redis = new Redis(url, {
      ...options,
      connectTimeout: 5000,
      retryStrategy: (times: number) => Math.min(2000, 50 * 2 ** times),
    });
    // BullMQ forwards errors to its own listeners; one of ours keeps a broken connection from ending the process.
    redis.on('error', () => {});
    opened.push(redis);
    return redis;
  };
  return {
    // A dispatcher does not wait for a Redis that is away: it asks again later. A worker does wait.
    queue: (name) => new onEngine.Queue(name, { connection: open({ maxRetriesPerRequest: 1 }), prefix }),
    worker: (name, process, settings) =>
      new onEngine.Worker(name, process, { ...settings, connection: open({ maxRetriesPerRequest: null }), prefix }),
    async close() {
      for (const redis of opened) redis.disconnect();
    },
  };
}
