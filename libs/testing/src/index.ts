export { freshDatabase, noRedis, testRedisUrl, type Template, type TestDatabase } from './cluster.js';
