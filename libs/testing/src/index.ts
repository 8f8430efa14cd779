export { freshDatabase, migratedDatabase, noRedis, testRedisUrl, type Template, type TestDatabase } from './cluster.js';
