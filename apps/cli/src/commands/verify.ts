import { statementWords } from '#contracts';
import { checkReceipt, demoWords, openTrustRoot, type AdmissionReceipt, type TrustRoot, type VerifyReport } from '#ledger';
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { tellReceipt } from './receipt.js';
import { timeText } from '../show/times.js';
import { Roots } from '../store/roots.js';
import { countText } from '../terminal/progress.js';
import { kindOfFile, tellBundle, verifyBundle } from '../verify/verify-bundle.js';
import { compareCheckpoints } from '../verify/compare.js';
import { followLog } from '../verify/follow-log.js';
import { showKeys } from '../verify/show-keys.js';
import { verifyFile, type Verified } from '../verify/verify.js';

/** verify: the check that needs no exchange. */
export function verifyCommand(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const command = program
    .command('verify')
    .helpGroup(group)
    .summary(
      say({
        zh: '查验账本导出、证据包，或跟随已发布的账本',
        en: 'Check an export of the ledger or an evidence bundle, or follow the published log',
      }),
    )
    .description(
      say({
        zh: '离线查验账本导出：链条、每个签名、登记与使用权规则；指出第一条有误的记录。不需要平台。以 --log 则像见证节点一样跟随已发布的账本：签封须由账本密钥签名，且须是上次所见的延续',
        en: 'Check an export of the ledger: chain, every signature, the rules of register and rights; names the first wrong entry. Needs no exchange. With --log, follow the published log as a witness does: its checkpoint is signed by its key and continues the one seen the last time',
      }),
    )
    .argument(
      '[file]',
      say({ zh: '账本导出文件（- 为标准输入）、证据包或回执', en: 'the export (- is stdin), an evidence bundle, or a receipt' }),
    )
    .argument('[other]', say({ zh: '与 --compare 同用：另一份签封', en: 'with --compare: the other checkpoint' }))
    .option(
      '--log <url>',
      say({
        zh: '跟随此处发布的账本（平台地址或 …/log）；与 --compare 同用时可重复，由此读取分片',
        en: 'follow the log published here (the exchange, or …/log); with --compare: read the tiles here, may be repeated',
      }),
      (url: string, before: string[] | undefined) => [...(before ?? []), url],
    )
    .option(
      '--compare',
      say({
        zh: '比对同一账本的两份签封（文件或地址）是否属于同一历史',
        en: 'are two checkpoints of a log (files or addresses) one history?',
      }),
    )
    .option(
      '--evidence <folder>',
      say({ zh: '与 --compare 同用：证据写入此目录之下', en: 'with --compare: keep the evidence below this folder' }),
      '.',
    )
    .option(
      '--entries',
      say({
        zh: '与 --log 同用：读取并查验全部记录（可能须登录）',
        en: 'with --log: read and verify all entries, too (may need a log-in)',
      }),
    )
    .option(
      '--trust <file>',
      say({
        zh: '信任根文件（从其他渠道取得）；默认用已记住的',
        en: 'trust root file, obtained elsewhere; the pinned one when left out',
      }),
    )
    .option(
      '--seen <size:head>',
      say({
        zh: '别处所见的长度与末条摘要，代替本机记住的',
        en: 'size and head seen elsewhere, instead of what is remembered here',
      }),
    )
    .option(
      '--receipts <file>',
      say({ zh: '受理回执（JSON），逐一核对是否已存证', en: 'admission receipts (JSON): is each of them sealed?' }),
    )
    .option(
      '--no-memory',
      say({
        zh: '不与上次比对，也不记住（查旧导出）',
        en: 'neither compare with the last time nor remember (for an old export)',
      }),
    );
  examples(
    command,
    bench,
    'quanlian verify ledger.ndjson --trust root.json',
    'quanlian verify ledger.ndjson --trust root.json --json',
    'quanlian verify right.zip --trust root.json',
    'quanlian verify grant.receipt.json --trust root.json',
    'quanlian verify --log https://exchange.example --trust root.json',
    'quanlian verify --log https://exchange.example --trust root.json --entries',
    'quanlian verify --compare mine.checkpoint https://exchange.example --trust root.json',
    ['quanlian verify 2025.ndjson --trust root.json --no-memory', { zh: '查一份旧导出', en: 'an old export' }],
  );
  act<Options>(command, bench, async (desk, [file, other], options) => {
    if (options.compare) return compare(desk, file, other, options);
    const [log, ...logs] = options.log ?? [];
    if ((file === undefined) === (log === undefined))
      throw usage('请给出导出文件或 --log 之一。', 'Give either an export or --log.');
    if (other !== undefined || logs.length > 0)
      throw usage('多个文件或多个 --log 仅与 --compare 同用。', 'Several files, or several --log, go with --compare only.');
    if (options.entries && log === undefined) throw usage('--entries 与 --log 同用。', '--entries goes with --log.');
    const root = rootFor(desk, options.trust);
    const settings = { memory: options.memory, seen: seenStated(options.seen), receipts: receiptsIn(options.receipts) };
    if (log !== undefined) return follow(desk, log, root, { ...settings, entries: options.entries === true });
    if (kindOfFile(file ?? '') === 'bundle') {
      const report = await verifyBundle(file ?? '', root);
      return desk.out.result({ ok: true, kind: 'evidence', ...report }, () => tellBundle(desk, file ?? '', report));
    }
    if (kindOfFile(file ?? '') === 'receipt') {
      const report = checkReceipt(readFileSync(file ?? ''), root);
      return desk.out.result({ ok: true, kind: 'receipt', ...report }, () => {
        desk.out.print(say({ zh: `${file}：回执查验通过。`, en: `${file}: the receipt holds.` }));
        tellReceipt(desk, report);
      });
    }
    const verified = await verifyFile(desk, file ?? '', root, settings);
    const { promises } = verified;
    desk.out.result(plainOf(verified), () => tell(desk, verified));
    if (promises.broken.length > 0) throw brokenPromise(promises.broken);
  });
}

interface Options {
  readonly log?: readonly string[];
  readonly compare?: boolean;
  readonly evidence: string;
  readonly entries?: boolean;
  readonly trust?: string;
  readonly seen?: string;
  readonly receipts?: string;
  readonly memory: boolean;
}

async function compare(desk: Desk, one: string | undefined, other: string | undefined, options: Options): Promise<void> {
  const { say } = desk;
  if (one === undefined || other === undefined)
    throw usage('--compare 须给出两份签封（文件或地址）。', '--compare takes two checkpoints (files or addresses).');
  const root = rootFor(desk, options.trust);
  const settings = { logs: options.log ?? [], folder: options.evidence };
  const compared = await compareCheckpoints(desk, [one, other], root, settings);
  desk.out.result({ ok: true, kind: 'compared', ...compared }, () => {
    const { older, newer } = compared;
    desk.out.print(
      compared.standing === 'same'
        ? say({ zh: '两份签封相同。', en: 'Both checkpoints are the same.' })
        : say({
            zh: `同一历史：${newer.from} 的 ${countText(newer.size)} 条是 ${older.from} 的 ${countText(older.size)} 条的延续。`,
            en: `One history: the ${countText(newer.size)} entries of ${newer.from} continue the ${countText(older.size)} of ${older.from}.`,
          }),
    );
  });
}

function plainOf({ report, before, promises }: Verified) {
  return { ok: promises.broken.length === 0, ...report, seenBefore: before, promises };
}

async function follow(desk: Desk, url: string, root: TrustRoot, settings: Parameters<typeof followLog>[3]): Promise<void> {
  const { say } = desk;
  const followed = await followLog(desk, url, root, settings);
  const { entries, before, ...log } = followed;
  desk.out.result({ ok: true, ...log, seenBefore: before, ...(entries ? { entries: plainOf(entries) } : {}) }, () => {
    desk.out.print(say({ zh: `${url}：签封有效。`, en: `${url}: the checkpoint holds.` }));
    desk.out.fields([
      [say({ zh: '账本', en: 'Ledger' }), log.origin],
      [say({ zh: '记录', en: 'Entries' }), countText(log.size)],
      [say({ zh: '树根', en: 'Root' }), log.root],
      [
        say({ zh: '见证', en: 'Witnesses' }),
        log.cosigned.length > 0
          ? log.cosigned.map(({ witness, at }) => `${witness}  ${timeText(at)}`).join('\n')
          : say({ zh: '信任根未指明', en: 'the trust root names none' }),
      ],
      [say({ zh: '注意', en: 'Note' }), log.isDemo ? say(demoWords) : undefined],
      [
        say({ zh: '与上次相比', en: 'Since last time' }),
        before
          ? say({
              zh: `是上次所见 ${countText(before.size)} 条（${timeText(before.at)}）的延续`,
              en: `continues the ${countText(before.size)} entries seen on ${timeText(before.at)}`,
            })
          : say({ zh: '首次所见，已记住', en: 'seen for the first time' }),
      ],
    ]);
    if (entries) tell(desk, entries);
  });
  if (entries && entries.promises.broken.length > 0) throw brokenPromise(entries.promises.broken);
}

function rootFor(desk: Desk, file: string | undefined) {
  if (file !== undefined) return openTrustRoot(readFileSync(file));
  const pinned = new Roots(desk.folder).find(desk.server);
  if (!pinned)
    throw new Stop(
      'usage',
      'no-trust-root',
      { zh: '查验须有信任根。', en: 'To verify, a trust root is needed.' },
      {
        zh: '用 --trust 文件 指明从主管部门取得的信任根。',
        en: 'Name the one obtained from the competent department with --trust FILE.',
      },
    );
  if (pinned.from === 'exchange')
    desk.out.note({
      zh: '注意：所用信任根是首次连接时由平台自报的，尚未经其他渠道核对。',
      en: 'Careful: the trust root in use is the one that the exchange stated at first sight; it was not compared over another channel.',
    });
  return pinned.root;
}

const receiptSchema = z.object({
  statement: z.string(),
  digest: z.string(),
  admittedAt: z.string(),
  sealBy: z.string(),
  keyId: z.string(),
  signature: z.string(),
});

// One receipt, a list of them, proposals as `inbox show --json` prints them, or a file of `receipt`.
function receiptsIn(path: string | undefined): AdmissionReceipt[] {
  if (path === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw usage(`${path} 不是有效的 JSON。`, `${path} is no valid JSON.`);
    throw error;
  }
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    const { receipt, admission } = (one ?? {}) as { receipt?: unknown; admission?: unknown };
    const read = receiptSchema.safeParse(admission ?? receipt ?? one);
    if (!read.success) throw usage(`${path} 不是受理回执。`, `${path} holds no admission receipts.`);
    return read.data;
  });
}

function brokenPromise(broken: readonly AdmissionReceipt[]): Stop {
  const lines = broken.map((one) => `${one.statement}  ${timeText(one.sealBy)}`).join('\n  ');
  return new Stop(
    'verification',
    'promise-broken',
    {
      zh: `平台承诺存证而账本中没有的签署记录 ${broken.length} 件：\n  ${lines}`,
      en: `${broken.length} statement(s) that the exchange promised to seal are not in the ledger:\n  ${lines}`,
    },
    {
      zh: '如已被拒收，quanlian inbox show 编号 会说明；否则受理回执即为证据。',
      en: 'If one was rejected, quanlian inbox show ID says so; otherwise its receipt is proof against the exchange.',
    },
  );
}

function seenStated(text: string | undefined) {
  if (text === undefined) return undefined;
  const [, size, head] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (size === undefined || head === undefined) throw usage('--seen 写作 长度:末条摘要。', '--seen is written SIZE:HEAD.');
  return { size: Number(size), head };
}

function tell(desk: Desk, { report, before, file, promises }: Verified): void {
  const { say } = desk;
  desk.out.print(say({ zh: `${file}：查验通过。`, en: `${file}: verified.` }));
  desk.out.fields([
    [say({ zh: '账本', en: 'Ledger' }), report.origin],
    [say({ zh: '记录', en: 'Entries' }), countText(report.size)],
    [say({ zh: '末条摘要', en: 'Head' }), report.head],
    [say({ zh: '末条时间', en: 'Last sealed' }), timeText(report.sealedAt)],
    [
      say({ zh: '与上次相比', en: 'Since last time' }),
      before
        ? say({
            zh: `上次 ${countText(before.size)} 条，均未改变；新增 ${countText(report.size - before.size)} 条`,
            en: `the ${countText(before.size)} entries seen before are unchanged; ${countText(report.size - before.size)} are new`,
          })
        : say({ zh: '首次查验', en: 'seen for the first time' }),
    ],
    [
      say({ zh: '受理回执', en: 'Promises to seal' }),
      promises.kept.length + promises.late.length + promises.open.length > 0
        ? say({
            zh: `${promises.kept.length} 件已如约存证，${promises.late.length} 件逾期才存证，${promises.open.length} 件按账本时间未到期`,
            en: `${promises.kept.length} kept, ${promises.late.length} sealed late, ${promises.open.length} not due by the ledger’s time`,
          })
        : undefined,
    ],
  ]);
  if (promises.late.length > 0) {
    desk.out.heading(
      say({
        zh: '逾期才存证的签署记录（受理回执与存证时间即为证据）',
        en: 'Sealed after the promised time (the receipt and the time of sealing prove it)',
      }),
    );
    desk.out.table(
      [
        { title: say({ zh: '编号', en: 'Statement' }), of: (one) => one.statement },
        { title: say({ zh: '承诺至迟', en: 'Promised by' }), of: (one) => timeText(one.sealBy) },
        { title: say({ zh: '实际存证', en: 'Sealed' }), of: (one) => timeText(one.sealedAt) },
      ],
      promises.late,
    );
  }
  showTypes(desk, report);
  showKeys(desk, report);
  desk.out.heading(say({ zh: '本次查验不能发现的', en: 'What this check cannot tell' }));
  desk.out.print(...report.warnings.map((one) => `  - ${say(one)}`));
}

function showTypes(desk: Desk, report: VerifyReport): void {
  const { say } = desk;
  const counts = Object.entries(report.byType) as [keyof typeof statementWords, number][];
  desk.out.heading(say({ zh: '各类记录', en: 'Entries by type' }));
  desk.out.table(
    [
      { title: say({ zh: '类型', en: 'Type' }), of: ([type]) => type },
      { title: say({ zh: '事项', en: 'Statement' }), of: ([type]) => say(statementWords[type]) },
      { title: say({ zh: '条数', en: 'Entries' }), of: ([, count]) => countText(count), align: 'right' },
    ],
    counts,
  );
}
