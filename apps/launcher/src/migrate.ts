// Makes the roles and the schema in the database of QUANLIAN_DATABASE_URL, and ends: the first container of
// docker-compose.yml, or by hand before an upgrade. `npm start` does the same by itself.
import { resolve } from 'node:path';
import { goOnUnheard } from '#machine';
import { readSettings, SettingsError } from '#settings';
import { makeDataFolder } from './data-folder.js';
import { openDatabase, prepareSchema } from './database.js';
import { Progress } from './progress.js';
import { say } from './words.js';

const root = resolve(import.meta.dirname, '../../../..');
const progress = new Progress();
goOnUnheard();

try {
  const settings = readSettings(process.env, root);
  if (!settings.databaseUrl) {
    throw new Error(say({ zh: '请设置 QUANLIAN_DATABASE_URL。', en: 'Set QUANLIAN_DATABASE_URL.' }));
  }
  makeDataFolder(settings.dataDir);
  await prepareSchema(settings, await openDatabase(settings, progress), progress);
} catch (error) {
  progress.line(error instanceof SettingsError ? error.problems.map(say).join('\n') : (error as Error).message);
  process.exitCode = 1;
}
