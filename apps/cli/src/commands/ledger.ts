import { routes } from '#contracts';
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { decodePolicy, encodeTrustRoot, isSameLedger, openTrustRoot, withWitnesses } from '#ledger';
import { act, examples, type Bench } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { askTrustRoot, differs, pinRoot } from '../sign/trust.js';
import { writeWhole } from '../store/folder.js';
import { paperLines } from '../show/trust-on-paper.js';
import { fingerprintOf, Roots } from '../store/roots.js';
import { countText } from '../terminal/progress.js';
import { exportTo } from '../verify/export.js';
import { evidenceCommand } from './evidence.js';
import { receiptCommand } from './receipt.js';
import { verifyCommand } from './verify.js';

/** export, receipt, evidence, trust-root, verify, audit: what a supervisor checks the exchange with. */
export function ledger(program: Command, bench: Bench): void {
  const group = bench.say({ zh: '监管', en: 'Supervision' });
  exportCommand(program, bench, group);
  receiptCommand(program, bench, group);
  evidenceCommand(program, bench, group);
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

interface TrustRootOptions {
  readonly out?: string;
  readonly pin?: string;
  readonly show?: string;
  readonly witnesses?: string;
  readonly paper?: boolean;
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
    .option('--pin <file>', say({ zh: '记住从其他渠道取得的信任根', en: 'pin a trust root obtained over another channel' }))
    .option(
      '--show <file>',
      say({ zh: '只显示此文件所载的信任根，不连接平台', en: 'only show the trust root of this file; asks no exchange' }),
    )
    .option(
      '--witnesses <policy>',
      say({
        zh: '写入见证策略文件所列的见证节点与法定数（由主管部门制作信任根时用）',
        en: 'put in the witnesses and the quorum of this policy file (for the competent department, which makes the trust root)',
      }),
    )
    .option('--paper', say({ zh: '以两种语言印出供纸面核对的一页', en: 'print a page in both languages, to compare on paper' }));
  examples(
    command,
    bench,
    [
      'quanlian trust-root -o root.json',
      { zh: '须经电话等其他渠道核对指纹', en: 'compare the fingerprint over another channel, such as the telephone' },
    ],
    'quanlian trust-root --pin root.json',
    'quanlian trust-root --show root.json --paper',
    ['quanlian trust-root --witnesses witnesses.policy -o root.json', { zh: '主管部门公布前', en: 'before it is published' }],
  );
  act<TrustRootOptions>(command, bench, async (desk, _, options) => {
    const { server } = desk;
    if (options.pin !== undefined && (options.show ?? options.witnesses) !== undefined)
      throw usage('--pin 不与 --show、--witnesses 同用。', '--pin does not go with --show or --witnesses.');
    if (options.pin !== undefined) pinRoot(desk, server, openTrustRoot(readFileSync(options.pin)));
    const pinned = options.show === undefined ? new Roots(desk.folder).find(server) : undefined;
    const stated = options.show === undefined ? undefined : openTrustRoot(readFileSync(options.show));
    const found = stated ?? (options.pin === undefined ? await askTrustRoot(desk) : pinned?.root);
    if (!found) throw usage('没有信任根。', 'There is no trust root.');
    if (pinned && !isSameLedger(pinned.root, found)) throw differs(server, pinned.root, found);
    // What was pinned names the witnesses that a person chose to believe; the exchange's word on them counts for nothing.
    const believed = pinned?.from === 'file' ? pinned.root : found;
    const root =
      options.witnesses === undefined ? believed : withWitnesses(believed, decodePolicy(readFileSync(options.witnesses)));
    if (options.out !== undefined) writeWhole(options.out, encodeTrustRoot(root));
    desk.out.result({ root, fingerprint: fingerprintOf(root), pinned: pinned?.from }, () => {
      if (options.paper) return desk.out.print(...paperLines(root));
      desk.out.fields([
        [say({ zh: '账本', en: 'Ledger' }), root.origin],
        [say({ zh: '主管部门', en: 'Competent' }), `${root.competent.department}  ${root.competent.keyId}`],
        [say({ zh: '平台密钥', en: 'Exchange key' }), root.exchangeKey.keyId],
        [say({ zh: '账本密钥', en: 'Log key' }), root.logKey.keyId],
        [
          say({ zh: '见证节点', en: 'Witnesses' }),
          root.v === 2 ? root.witnesses.trimEnd() : say({ zh: '未指明', en: 'none are named' }),
        ],
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
