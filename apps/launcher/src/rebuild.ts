// quanlian rebuild: writes the projections anew from the ledger, in one transaction.
import { resolve } from 'node:path';
import { readSettings } from '#settings';
import { lawOf } from '#exchange';
import { LedgerDamaged, readEntry, readHead, rebuildProjections, withClient, type StateFinding } from '#postgres';
import { openEntry } from '#ledger';
import { runProgram, speak, Stop, type Desk, type Sentence } from './backup-command.js';
import { withExistingDatabase } from './backup-database.js';
import { findingSentence } from './finding-sentence.js';

/** The clone: this file runs as dist/apps/launcher/src/rebuild.js. */
const root = resolve(import.meta.dirname, '../../../..');
/** How many differences are named; the count goes on. */
const namedAtMost = 200;

const help: Sentence = {
  zh: `用法：quanlian rebuild [--json]

由账本重算全部状态（使用权、额度、提供、回执、成员、密钥），把与账本不符的行改写为账本所示，一次完成或一行不改。
权链运行与否均可；其间不存证。存证记录或签封自身有损坏时拒绝：请先用 quanlian audit 查明，由备份或镜像恢复。

  --json   结果以 JSON 写到标准输出

退出码：0 完成  1 拒绝或失败  2 用法  4 账本自身有损坏，未作改动  130 中断`,
  en: `Usage: quanlian rebuild [--json]

Recomputes every state (rights, quotas, deliveries, receipts, memberships, keys) from the ledger and writes each row
that says something else as the ledger has it: all of them or none. The exchange may run or not; nothing is sealed
meanwhile. Refused while entries or checkpoints themselves are damaged: look with quanlian audit, and restore them from
a backup or a mirror first.

  --json   the result as JSON on stdout

Exit codes: 0 done  1 refused or failed  2 usage  4 the ledger itself is damaged, nothing was changed  130 interrupted`,
};

await runProgram({
  help,
  interrupted: { zh: '已中断，未作任何改动。', en: 'Interrupted; nothing was changed.' },
  options: {},
  async run({ positionals }, desk) {
    if (positionals.length > 0)
      throw new Stop('usage', 'usage', { zh: '没有参数（见 --help）。', en: 'It takes no words (see --help).' });
    const settings = readSettings(process.env, root);
    return withExistingDatabase(settings, ({ owner }) => withClient(owner, (client) => rebuild(client, desk)));
  },
});

type Client = Parameters<typeof rebuildProjections>[0];

async function rebuild(client: Client, desk: Desk): Promise<'done' | 'verification'> {
  const { size } = await readHead(client);
  const opening = await readEntry(client, 0);
  if (!opening) throw new Stop('refused', 'no-exchange', { zh: '账本为空。', en: 'The ledger is empty.' });
  const { origin } = openEntry(opening.bytes).entry.statement;
  const mended: StateFinding[] = [];
  desk.meter.begin(speak({ zh: '由账本重算', en: 'Recomputing from the ledger' }));
  try {
    const report = await rebuildProjections(
      client,
      lawOf(origin),
      (finding) => {
        if (mended.length < namedAtMost) mended.push(finding);
      },
      (count) => {
        desk.signal.throwIfAborted();
        desk.meter.at(() => `${count} / ${size}`);
      },
    );
    const { left } = report;
    desk.result({ entries: report.size, mended: report.mended, rows: mended, left }, [
      {
        zh: `账本 ${report.size} 条；改写 ${report.mended} 行。`,
        en: `${report.size} entries; ${report.mended} row(s) were written anew.`,
      },
      ...mended.map(findingSentence),
      ...(left.length === 0 ? [] : [{ zh: '未改动，另行处理：', en: 'Left as they are:' }, ...left.map(findingSentence)]),
    ]);
    return 'done';
  } catch (error) {
    if (!(error instanceof LedgerDamaged)) throw error;
    const named = error.findings.slice(0, namedAtMost);
    desk.result({ code: 'ledger-damaged', damaged: error.findings.length, findings: named }, [
      {
        zh: `账本自身有 ${error.findings.length} 处损坏，未作任何改动：`,
        en: `The ledger itself is damaged in ${error.findings.length} place(s); nothing was changed:`,
      },
      ...named.map(findingSentence),
    ]);
    return 'verification';
  }
}
