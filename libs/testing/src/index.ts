export { freshDatabase, migratedDatabase, noRedis, testRedisUrl, type Template, type TestDatabase } from './cluster.js';
export { Held } from './held.js';
export { freePort, startExchange, type Part, type RunningExchange, type RunningSettings } from './running-exchange.js';
export { launchExchange, type LaunchedExchange, type Victim } from './launched-exchange.js';
export {
  approved,
  askedFor,
  deliveryIn,
  departmentCode,
  foundSmallCity,
  granted,
  logIn,
  published,
  publishCsv,
  settled,
  testPassword,
  villageCsv,
  villageEntry,
  villageItems,
  type OpenExchange,
  type SmallCity,
  type TestPerson,
} from './small-city.js';
