import pg from 'pg';
import { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { rows } from './rows/index.js';
import { sqlState } from './scope.js';

/** One pool of connections; TypeORM and raw SQL share it. */
export interface Database {
  readonly dataSource: DataSource;
  readonly pool: pg.Pool;
  /** A connection of one's own, outside the pool: for LISTEN and for locks that outlive a transaction. The caller ends it. */
  openClient(options?: Omit<pg.ClientConfig, 'connectionString'>): Promise<pg.Client>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Connections at most. */
  readonly poolSize?: number;
  /** Shown in the server's list of sessions. */
  readonly applicationName?: string;
}

// A host that vanished must not hold locks or look alive for the two hours that systems wait by default.
const serverSettings = '-c TimeZone=UTC -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/**
 * A connection that breaks fails the query under way, or else the next one, and says so once more as an event. Without a listener that
 * event ends the process, and it may come before whoever asked for the connection has it in hand: the server's last word can stand in
 * the same packet as its first.
 */
const ignore = () => {};

/** SQLSTATE 08001: the client could not establish the connection. */
const notConnected = '08001';

/**
 * Whatever refuses a new connection of the pool, nothing was asked yet: a server that starts, a full one, or somebody else's that took
 * the port while ours was restarting and knows neither our name nor our password. All of them are told as 08001, the reason as cause.
 */
function tellRefusedConnections(pool: pg.Pool): void {
  type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: (release?: unknown) => void) => void;
  const connectPool = pool.connect.bind(pool);
  const told = (cause: unknown) => Object.assign(new Error('No connection to the database', { cause }), { code: notConnected });
  const connectTelling = (callback?: Connected) =>
    callback
      ? connectPool((error, client, release) => callback(error && told(error), client, release))
      : connectPool().catch((error: unknown) => {
          throw told(error);
        });
  pool.connect = connectTelling as pg.Pool['connect'];
}

/**
 * Whether the database was away: it did not take a connection, or the connection broke (classes 08 and 57P0x, the system's own codes).
 * TypeORM releases a runner whose connection broke, and whatever is asked of it then fails by that name.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  return (
    (state !== undefined && /^(08|57P0|53300|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND)/.test(state)) ||
    error.name === 'QueryRunnerAlreadyReleasedError' ||
    /Connection terminated|Connection ended|timeout exceeded when trying to connect|not queryable/.test(error.message)
  );
}

/** Opens the pool and proves that the database answers. */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Database> {
  const shared = {
    application_name: options.applicationName ?? 'quanlian',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: serverSettings,
  };
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: rows,
    synchronize: false,
    installExtensions: false,
    extra: { ...shared, max: options.poolSize ?? 10 },
    // A connection that dies while idle leaves the pool by itself; whoever asks next gets a new one.
    poolErrorHandler: () => {},
  });
  await dataSource.initialize();
  const { master: pool } = dataSource.driver as PostgresDriver as unknown as { master: pg.Pool };
  tellRefusedConnections(pool);
  pool.on('acquire', (client) => {
    if (!client.listeners('error').includes(ignore)) client.on('error', ignore);
  });
  return {
    dataSource,
    pool,
    async openClient(own = {}) {
      const client = new pg.Client({ ...shared, ...own, connectionString: url });
      client.on('error', ignore);
      await client.connect();
      return client;
    },
    close: () => dataSource.destroy(),
  };
}
