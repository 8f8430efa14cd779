// quanlian demo: loads the demo city into an embedded exchange that waits for its set-up, or goes on with a load that was cut off.
import { resolve } from 'node:path';
import { readSettings } from '#settings';
import { runProgram, Stop, type Sentence } from './backup-command.js';
import { withExistingDatabase } from './backup-database.js';
import { prepareDemo } from './prepare-demo.js';
import { Progress } from './progress.js';
import { drawSetUpToken } from './set-up-link.js';
import { words } from './words.js';

/** The clone: this file runs as dist/apps/launcher/src/demo.js. */
const root = resolve(import.meta.dirname, '../../../..');

const help: Sentence = {
  zh: `用法：quanlian demo

把示范城市装入尚未初始化的内置数据库，或继续上次中断的装入。权链须正在运行（QUANLIAN_DEMO=0 npm start）。
自备数据库（QUANLIAN_DATABASE_URL）从不装入。口令打印一次，并保存在数据目录的 demo/people.txt。

退出码：0 已装入  1 已初始化、自备数据库或失败  2 用法`,
  en: `Usage: quanlian demo

Loads the demo city into an embedded database that is not set up yet, or goes on with a load that was cut off. The
exchange must run (QUANLIAN_DEMO=0 npm start). A database of your own (QUANLIAN_DATABASE_URL) never gets it. The
passwords are printed once and kept in demo/people.txt of the data folder.

Exit codes: 0 loaded  1 set up already, a database of your own, or failed  2 usage`,
};

await runProgram({
  help,
  interrupted: { zh: '已中断；再次运行即继续。', en: 'Interrupted; run it again to go on.' },
  options: {},
  async run({ positionals }, desk) {
    if (positionals.length > 0) {
      throw new Stop('usage', 'usage', { zh: '不需要参数（见 --help）。', en: 'No arguments are needed (see --help).' });
    }
    const settings = readSettings(process.env, root);
    if (settings.databaseUrl) {
      throw new Stop('refused', 'own-database', {
        zh: '自备数据库从不装入示范城市。',
        en: 'A database of your own never gets the demo city.',
      });
    }
    const token = await withExistingDatabase(settings, ({ api }) => drawSetUpToken(settings, api));
    const told = await prepareDemo(settings, token, new Progress());
    if (told === undefined) throw new Stop('refused', 'already-set-up', words.alreadySetUp);
    desk.result({ dataDir: settings.dataDir }, [{ zh: told, en: told }]);
  },
});
