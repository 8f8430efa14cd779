import { routes } from '#contracts';
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { encodeTrustRoot, openTrustRoot, type VerifyReport } from '#ledger';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { askTrustRoot, differs, pinRoot } from '../sign/trust.js';
import { statementWords } from '../show/statement-types.js';
import { timeText } from '../show/times.js';
import { writeWhole } from '../store/folder.js';
import { fingerprintOf, isSameRoot, Roots } from '../store/roots.js';
import { countText } from '../terminal/progress.js';
import { exportTo } from '../verify/export.js';
import { verifyFile, type Verified } from '../verify/verify.js';

/** export, trust-root, verify, audit: what a supervisor checks the exchange with. */
export function ledger(program: Command, bench: Bench): void {
  const group = bench.say({ zh: '监管', en: 'Supervision' });
  exportCommand(program, bench, group);
  trustRootCommand(program, bench, group);
  verifyCommand(program, bench, group);
  auditCommand(program, bench, group);
}

function exportCommand(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const command = program
    .command('export')
    .helpGroup(group)
    .description(
      say({
        zh: '导出账本：每行一条存证记录，即被摘要的原始字节',
        en: 'Export the ledger: one entry a line, exactly the bytes that are hashed',
      }),
    )
    .requiredOption('-o, --out <file>', say({ zh: '写入此文件，- 为标准输出', en: 'write it to this file; - is stdout' }))
    .option('--append', say({ zh: '接着文件已有的记录导出', en: 'go on from the entries that the file holds' }));
  examples(
    command,
    bench,
    'quanlian export -o ledger.ndjson',
    'quanlian export -o ledger.ndjson --append',
    'quanlian export -o - | quanlian verify - --trust root.json',
  );
  act<{ out: string; append?: boolean }>(command, bench, async (desk, _, options) => {
    if (options.append && options.out === '-') throw usage('--append 须写入文件。', '--append needs a file.');
    const done = await exportTo(desk, options.out, options.append === true);
    if (options.out === '-') return;
    desk.out.result({ file: options.out, ...done }, () =>
      desk.out.print(
        say({
          zh: `${options.out}：共 ${countText(done.entries)} 条，新增 ${countText(done.added)} 条。`,
          en: `${options.out}: ${countText(done.entries)} entries, ${countText(done.added)} of them new.`,
        }),
      ),
    );
  });
}

function trustRootCommand(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const command = program
    .command('trust-root')
    .helpGroup(group)
    .summary(say({ zh: '显示、比对、记住信任根', en: 'Show, compare or pin the trust root' }))
    .description(
      say({
        zh: '显示平台自报的信任根，与已记住的比对；或记住从别处取得的',
        en: 'Show the trust root that the exchange states, compared with the pinned one; or pin one obtained elsewhere',
      }),
    )
    .option('-o, --out <file>', say({ zh: '写入此文件', en: 'write it to this file' }))
    .option('--pin <file>', say({ zh: '记住从其他渠道取得的信任根', en: 'pin a trust root obtained over another channel' }));
  examples(
    command,
    bench,
    [
      'quanlian trust-root -o root.json',
      { zh: '须经电话等其他渠道核对指纹', en: 'compare the fingerprint over another channel, such as the telephone' },
    ],
    'quanlian trust-root --pin root.json',
  );
  act<{ out?: string; pin?: string }>(command, bench, async (desk, _, options) => {
    const { server } = desk;
    if (options.pin !== undefined) pinRoot(desk, server, openTrustRoot(readFileSync(options.pin)));
    const pinned = new Roots(desk.folder).find(server);
    const root = options.pin === undefined ? await askTrustRoot(desk) : pinned?.root;
    if (!root) throw usage('没有信任根。', 'There is no trust root.');
    if (pinned && !isSameRoot(pinned.root, root)) throw differs(server, pinned.root, root);
    if (options.out !== undefined) writeWhole(options.out, encodeTrustRoot(root));
    desk.out.result({ root, fingerprint: fingerprintOf(root), pinned: pinned?.from }, () => {
      desk.out.fields([
        [say({ zh: '账本', en: 'Ledger' }), root.origin],
        [say({ zh: '主管部门', en: 'Competent' }), `${root.competent.department}  ${root.competent.keyId}`],
        [say({ zh: '平台密钥', en: 'Exchange key' }), root.exchangeKey.keyId],
        [say({ zh: '账本密钥', en: 'Log key' }), root.logKey.keyId],
        [say({ zh: '指纹', en: 'Fingerprint' }), fingerprintOf(root)],
        [
          say({ zh: '已记住', en: 'Pinned' }),
          pinned
            ? pinned.from === 'file'
              ? say({ zh: '与从其他渠道取得的一致', en: 'the same as the one obtained elsewhere' })
              : say({
                  zh: '与首次所见一致（尚未经其他渠道核对）',
                  en: 'the same as at first sight (not compared over another channel)',
                })
            : say({ zh: '否', en: 'no' }),
        ],
        [say({ zh: '文件', en: 'File' }), options.out],
      ]);
    });
  });
}

function verifyCommand(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const command = program
    .command('verify')
    .helpGroup(group)
    .summary(say({ zh: '离线查验账本导出', en: 'Check an export of the ledger, without the exchange' }))
    .description(
      say({
        zh: '离线查验账本导出：链条、每个签名、登记与使用权规则；指出第一条有误的记录。不需要平台',
        en: 'Check an export of the ledger: chain, every signature, the rules of register and rights; names the first wrong entry. Needs no exchange',
      }),
    )
    .argument('<file>', say({ zh: '账本导出文件，- 为标准输入', en: 'the export; - is stdin' }))
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
    ['quanlian verify 2025.ndjson --trust root.json --no-memory', { zh: '查一份旧导出', en: 'an old export' }],
  );
  act<{ trust?: string; seen?: string; memory: boolean }>(command, bench, async (desk, [file = ''], options) => {
    const root = rootFor(desk, options.trust);
    const verified = await verifyFile(desk, file, root, { memory: options.memory, seen: seenStated(options.seen) });
    desk.out.result({ ok: true, ...verified.report, seenBefore: verified.before }, () => tell(desk, verified));
  });
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

function seenStated(text: string | undefined) {
  if (text === undefined) return undefined;
  const [, size, head] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  if (size === undefined || head === undefined) throw usage('--seen 写作 长度:末条摘要。', '--seen is written SIZE:HEAD.');
  return { size: Number(size), head };
}

function tell(desk: Desk, { report, before, file }: Verified): void {
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
  ]);
  showTypes(desk, report);
  if (report.exchangeCustody.length > 0) {
    desk.out.heading(
      say({
        zh: '平台托管签名密钥的部门（平台运维在技术上可以代签）',
        en: 'Departments whose keys the exchange keeps (its operator could sign for them)',
      }),
    );
    desk.out.print(...report.exchangeCustody.map((one) => `  ${one.name}  ${one.department}  ${one.keyIds.join(' ')}`));
  }
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

function auditCommand(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const command = program
    .command('audit')
    .helpGroup(group)
    .description(
      say({
        zh: '令平台由账本重算全部状态，列出与数据库的差异',
        en: 'Have the exchange recompute every state from the ledger and name each difference',
      }),
    );
  examples(command, bench, 'quanlian audit', 'quanlian audit --json');
  act(command, bench, async (desk) => {
    desk.progress.begin({ zh: '重算', en: 'Recomputing' });
    const audit = await desk.client.call(routes.audit, {}, { signal: desk.signal });
    desk.progress.finish();
    desk.out.result(audit, () => {
      desk.out.fields([
        [say({ zh: '记录', en: 'Entries' }), countText(audit.entries)],
        [say({ zh: '状态', en: 'States' }), countText(audit.states)],
        [say({ zh: '末条摘要', en: 'Head' }), audit.head],
        [say({ zh: '差异', en: 'Differences' }), countText(audit.differences.length)],
      ]);
      if (audit.differences.length > 0)
        desk.out.table(
          [
            { title: say({ zh: '种类', en: 'Kind' }), of: (one) => one.kind },
            { title: say({ zh: '编号', en: 'Id' }), of: (one) => one.id },
            { title: say({ zh: '差异', en: 'Difference' }), of: (one) => one.what, flexible: true },
          ],
          audit.differences,
        );
    });
    if (audit.differences.length > 0)
      throw new Stop('verification', 'audit-differs', {
        zh: `有 ${audit.differences.length} 处与账本不符。`,
        en: `${audit.differences.length} place(s) differ from the ledger.`,
      });
  });
}
