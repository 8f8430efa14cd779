import { routes, statementWords } from '#contracts';
import { encodeCanonical } from '#crypto';
import { checkReceipt, decodeReceipt, encodeReceipt, type ReceiptReport } from '#ledger';
import type { Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { findProposal } from '../find/find.js';
import { timeText } from '../show/times.js';
import { writeWhole } from '../store/folder.js';
import { Roots } from '../store/roots.js';
import { countText } from '../terminal/progress.js';

/** receipt: what a statement's author carries away. */
export function receiptCommand(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const command = program
    .command('receipt')
    .helpGroup(group)
    .description(
      say({
        zh: '取得签署记录的回执：已受理、已存证、已见证；可离线查验',
        en: 'Take the receipt of a statement: admitted, durable, witnessed; it is checked offline',
      }),
    )
    .argument('<statement>', say({ zh: '签署记录的编号或其开头', en: 'id of the statement, or its beginning' }))
    .option('-o, --out <file>', say({ zh: '写入此文件', en: 'write it to this file' }));
  examples(
    command,
    bench,
    'quanlian receipt 3fa94c21 -o grant.receipt.json',
    'quanlian verify grant.receipt.json --trust root.json',
  );
  act<{ out?: string }>(command, bench, async (desk, [text], { out }) => {
    const id = /^[0-9a-f]{32}$/.test(text ?? '') ? (text ?? '') : (await findProposal(desk, text ?? '')).id;
    const answer = await desk.client.call(routes.receipt, { params: { id } });
    const receipt = decodeReceipt(encodeCanonical(answer.receipt as Parameters<typeof encodeCanonical>[0]));
    const bytes = encodeReceipt(receipt);
    if (out !== undefined) writeWhole(out, bytes);
    // The exchange's word that it is good counts for nothing: checked here at once, where there is something to check it by.
    const pinned = new Roots(desk.folder).find(desk.server);
    const report = pinned && checkReceipt(bytes, pinned.root);
    desk.out.result({ state: answer.state, receipt, ...(report ? { report } : {}) }, () => {
      if (report) tellReceipt(desk, report);
      else if (out === undefined) desk.out.print(bytes.toString('utf8'));
      if (out !== undefined) desk.out.print(say({ zh: `已写入 ${out}`, en: `Written to ${out}` }));
    });
  });
}

const stageWords = {
  admitted: { zh: '已受理', en: 'admitted' },
  durable: { zh: '已存证', en: 'durable: in the ledger' },
  published: { zh: '已存证，已由账本签封', en: 'in the tree that the log signed' },
  witnessed: { zh: '已存证，已见证', en: 'witnessed' },
} as const;

/** The report in words. */
export function tellReceipt({ say, out }: Desk, report: ReceiptReport): void {
  out.fields([
    [say({ zh: '签署记录', en: 'Statement' }), report.statement],
    [say({ zh: '进度', en: 'Stage' }), say(stageWords[report.stage])],
    [say({ zh: '事项', en: 'What' }), report.type && `${say(statementWords[report.type])}  ${report.type}`],
    [say({ zh: '签署方', en: 'Issuer' }), report.issuer],
    [say({ zh: '账本', en: 'Ledger' }), report.origin],
    [
      say({ zh: '受理', en: 'Admitted' }),
      report.admittedAt &&
        report.sealBy &&
        say({
          zh: `${timeText(report.admittedAt)}，承诺最迟 ${timeText(report.sealBy)} 存证`,
          en: `${timeText(report.admittedAt)}, to be sealed by ${timeText(report.sealBy)}`,
        }),
    ],
    [
      say({ zh: '存证', en: 'Sealed' }),
      report.index === undefined ? undefined : `#${report.index}  ${timeText(report.sealedAt ?? '')}  ${report.leafHash}`,
    ],
    [say({ zh: '账本签封', en: 'Checkpoint' }), report.size === undefined ? undefined : countText(report.size)],
    [
      say({ zh: '见证', en: 'Witnesses' }),
      report.cosigned.length > 0 ? report.cosigned.map(({ witness, at }) => `${witness}  ${timeText(at)}`).join('\n') : undefined,
    ],
  ]);
  out.heading(say({ zh: '本次查验不能发现的', en: 'What this check cannot tell' }));
  out.print(...report.warnings.map((one) => `  - ${say(one)}`));
}
