export {
  asRole,
  atDatabase,
  databaseRoles,
  dropDatabase,
  ensureDatabase,
  ensureRoles,
  giveDatabase,
  mayCreateRoles,
  withClient,
  type RolePasswords,
} from './roles.js';
export { connect, isOutage, type ConnectOptions, type Database } from './database.js';
export { knownMigrations, migrate } from './migrate.js';
export {
  disposedPayloads,
  NoExchange,
  productSchemas,
  readMigrations,
  readSnapshot,
  type ProductTable,
  type Snapshot,
  type StoredObject,
} from './dump.js';
export { DumpFault, findUse, loadDump, type Dump, type DumpedTable, type LoadedDump } from './dump-load.js';
export { postgresTransactions } from './transactions.js';
export { openExchangeContext, OriginDiffers, type ContextSettings } from './exchange-context.js';
export { consequencesHook } from './consequences.js';
export { openGate } from './gate.js';
export { channels, listen, listenToChanges, postgresAnnouncements, type Change, type Channel, type Listening } from './listen.js';
export { postgresAuditLog, type AuditLine, type AuditLog } from './audit-log.js';

export * from './ledger/index.js';
export * from './witnesses/index.js';
