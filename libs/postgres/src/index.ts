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
