// quanlian replay COPY: puts entries back that an older backup does not have, from a copy of the log.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadOrCreateVaultKey, openVault } from '#crypto';
import { lawOf, rightsLawTouches } from '#exchange';
import { LogFault, openCheckpoint, replayEntries } from '#ledger';
import { lockFolder } from '#machine';
import {
  auditProjections,
  connect,
  consequencesHook,
  everyLogKey,
  openExchangeContext,
  PgLedgerStore,
  withClient,
  type Finding,
} from '#postgres';
import { readSettings } from '#settings';
import { runProgram, speak, Stop, type Sentence } from './backup-command.js';
import { upkeep } from './backup-database.js';
import { makeDataFolder } from './data-folder.js';
import { openDatabase } from './database.js';
import { LogCopy } from './log-copy.js';
import { Progress } from './progress.js';

/** The clone: this file runs as dist/apps/launcher/src/replay.js. */
const root = resolve(import.meta.dirname, '../../../..');

const help: Sentence = {
  zh: `用法：quanlian replay 副本 [--token-file 文件] [--json]

恢复的备份比见证节点所见的旧时，由账本副本（见证节点的镜像、静态目录，或其地址 …/log/）补回缺少的存证记录。
平台须已停止。副本先与其签封逐条核对，与本账本不是同一历史则什么也不写；随后逐批写入，最后重新核对数据库。
补回的只有账本：备份之后的人员、密码、说明文字、数据版本与交付文件不在其中。

  --token-file 文件  存证记录不公开时，读取副本所用的令牌
  --json             结果以 JSON 写到标准输出

例：
  quanlian replay https://witness.example/log/ --token-file token.txt
  quanlian replay /srv/log-copy

退出码：0 完成  1 拒绝或失败  2 用法  4 查验有误  130 中断`,
  en: `Usage: quanlian replay COPY [--token-file FILE] [--json]

When a restored backup is older than what the witnesses saw, this puts the missing entries back from a copy of the
log: a witness's mirror, a static folder, or the address …/log/ of one. The exchange must be stopped. The copy is
compared with its checkpoint first, and nothing is written if it is not this ledger's history; then it is written
in batches, and the database is compared with the ledger at the end. Only the ledger comes back: people, passwords,
prose, versions and payloads made after the backup are not in it.

  --token-file FILE  the token to read the copy with, where entries are not public
  --json             the result as JSON on stdout

Examples:
  quanlian replay https://witness.example/log/ --token-file token.txt
  quanlian replay /srv/log-copy

Exit codes: 0 done  1 refused or failed  2 usage  4 something is wrong, and named  130 interrupted`,
};

await runProgram({
  help,
  interrupted: {
    zh: '已中断：账本停在某一批之后，仍是同一历史。请再次执行。',
    en: 'Interrupted: the ledger ends after some batch and is the same history. Run it again.',
  },
  options: { 'token-file': { type: 'string' } },
  async run({ positionals, values }, desk) {
    const [from, ...rest] = positionals;
    if (!from || rest.length > 0)
      throw new Stop('usage', 'usage', { zh: '请给出一个副本（见 --help）。', en: 'Name one copy (see --help).' });
    const tokenFile = values['token-file'];
    const token = tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim();
    const copy = new LogCopy(/^https?:\/\//.test(from) ? from : resolve(from), token);
    const settings = readSettings(process.env, root);
    makeDataFolder(settings.dataDir);
    const lock = lockFolder(join(settings.dataDir, 'launcher.lock'), upkeep);
    if (!('release' in lock)) {
      throw new Stop('refused', 'exchange-running', {
        zh: `平台正在运行（进程 ${lock.pid}，${lock.address}）；请先停止。`,
        en: `The exchange is running (process ${lock.pid}, ${lock.address}); stop it first.`,
      });
    }
    const prepared = await openDatabase(settings, new Progress(process.stderr));
    const { embedded } = prepared;
    try {
      const { worker: url } = prepared.addresses();
      const database = await connect(url, { poolSize: 4, applicationName: 'quanlian-replay' });
      const store = new PgLedgerStore(database);
      const clock = { now: () => new Date() };
      try {
        const context = await openExchangeContext(database, {
          vault: openVault(loadOrCreateVaultKey(settings.vaultKeyFile)),
          clock,
        });
        const { origin } = context;
        const checkpoint = openCheckpoint(await copy.read('checkpoint'), origin, await everyLogKey(database.pool, context));
        desk.meter.begin(speak({ zh: '补回存证记录', en: 'Putting entries back' }));
        const done = await replayEntries(
          {
            store,
            law: lawOf(origin),
            touches: [rightsLawTouches],
            hooks: [consequencesHook({ payloadDays: settings.payloadDays, clock })],
            onProgress: (size) => desk.meter.at(() => `${size} / ${checkpoint.size}`),
          },
          checkpoint,
          (index) => copy.entries(index, checkpoint.size),
        );
        const wrong: Finding[] = [];
        await withClient(url, (client) => auditProjections(client, lawOf(origin), (finding) => wrong.push(finding)));
        const added = done.size - done.from;
        desk.result({ from: done.from, size: done.size, added, wrong: wrong.length }, [
          {
            zh: `补回 ${added} 条存证记录，账本现有 ${done.size} 条。`,
            en: `Put back ${added} entries; the ledger has ${done.size} now.`,
          },
          ...(wrong.length > 0
            ? [
                {
                  zh: `数据库与账本有 ${wrong.length} 处不符：请运行审计。`,
                  en: `${wrong.length} differences to the ledger: run the audit.`,
                },
              ]
            : []),
        ]);
        return wrong.length > 0 ? 'verification' : 'done';
      } catch (error) {
        if (!(error instanceof LogFault)) throw error;
        throw new Stop('verification', error.code, {
          zh: `副本不是本账本的历史，未写入：${error.sentence('zh')}`,
          en: `The copy is not this ledger's history; nothing was written: ${error.message}`,
        });
      } finally {
        await store.close();
        await database.close();
      }
    } finally {
      if (embedded && !embedded.adopted) await embedded.stop('fast');
      lock.release();
    }
  },
});
