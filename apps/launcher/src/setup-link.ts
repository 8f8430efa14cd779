// quanlian setup: prints a fresh one-time link for whoever sets an empty exchange up.
import { resolve } from 'node:path';
import { readSettings } from '#settings';
import { runProgram, Stop, type Sentence } from './backup-command.js';
import { withExistingDatabase } from './backup-database.js';
import { drawSetUpToken, setUpLink } from './set-up-link.js';
import { words } from './words.js';

/** The clone: this file runs as dist/apps/launcher/src/setup-link.js. */
const root = resolve(import.meta.dirname, '../../../..');

const help: Sentence = {
  zh: `用法：quanlian setup [--json]

打印一次性初始化链接（7 天内有效，只能用一次），此前的链接随即失效；已初始化的权链不再有链接。
在平台所在机器上运行；权链运行与否均可，但须在启动之后打开链接。

退出码：0 已打印  1 已初始化，或失败  2 用法`,
  en: `Usage: quanlian setup [--json]

Prints a one-time set-up link (good for 7 days and one use) and closes the one before; an exchange that is set up
has none any more. Run it on the exchange's own machine; the exchange may run or not, but must run when the link is
opened.

Exit codes: 0 printed  1 set up already, or failed  2 usage`,
};

await runProgram({
  help,
  interrupted: { zh: '已中断。', en: 'Interrupted.' },
  options: {},
  async run({ positionals }, desk) {
    if (positionals.length > 0) {
      throw new Stop('usage', 'usage', { zh: '不需要参数（见 --help）。', en: 'No arguments are needed (see --help).' });
    }
    const settings = readSettings(process.env, root);
    // A machine, or a container, that knows only the API's own address has what is needed.
    const token =
      settings.apiDatabaseUrl && !settings.databaseUrl
        ? await drawSetUpToken(settings, settings.apiDatabaseUrl)
        : await withExistingDatabase(settings, ({ api }) => drawSetUpToken(settings, api));
    if (token === undefined) throw new Stop('refused', 'already-set-up', words.alreadySetUp);
    const link = setUpLink(settings, token);
    desk.note({ zh: '一次性链接（7 天内有效，只能用一次）：', en: 'One-time link (good for 7 days and one use):' });
    desk.result({ link, days: 7 }, [{ zh: link, en: link }]);
  },
});
