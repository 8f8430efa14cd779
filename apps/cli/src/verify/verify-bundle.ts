import { statementWords } from '#contracts';
import { checkEvidence, EvidenceFault, questionWords, type EvidenceReport, type TrustRoot } from '#ledger';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import type { Desk } from '../desk.js';
import { timeText } from '../show/times.js';
import { countText } from '../terminal/progress.js';
import { showKeys } from './show-keys.js';

/** No bundle is larger: 10,000 entries of 64 KiB. */
const bundleMaxBytes = 700_000_000;

/** What a file is, by its first bytes. */
export function kindOfFile(path: string): 'bundle' | 'receipt' | 'export' {
  if (path === '-') return 'export';
  const head = Buffer.alloc(24);
  const file = openSync(path, 'r');
  try {
    readSync(file, head, 0, head.length, 0);
  } finally {
    closeSync(file);
  }
  if (head.subarray(0, 2).toString('latin1') === 'PK') return 'bundle';
  return /^\s*\{"(admission|digest|durable|kind)"/.test(head.toString('latin1')) ? 'receipt' : 'export';
}

/** Checks an evidence bundle by a trust root alone. Throws EvidenceFault naming the first wrong file. */
export async function verifyBundle(path: string, root: TrustRoot): Promise<EvidenceReport> {
  if (statSync(path).size > bundleMaxBytes) throw new EvidenceFault('zip-too-large');
  return checkEvidence(readFileSync(path), root);
}

/** The report in words. */
export function tellBundle({ say, out }: Desk, file: string, report: EvidenceReport): void {
  out.print(say({ zh: `${file}：证据包查验通过。`, en: `${file}: the evidence holds.` }));
  out.fields([
    [say({ zh: '主题', en: 'About' }), say(questionWords(report.question))],
    [say({ zh: '账本', en: 'Ledger' }), report.origin],
    [
      say({ zh: '视角', en: 'As seen by' }),
      report.view === 'all' ? say({ zh: '监管：全部记录', en: 'who supervises: all entries' }) : report.view,
    ],
    [
      say({ zh: '记录', en: 'Entries' }),
      say({
        zh: `${countText(report.entries)} 条，另有查验所需 ${countText(report.support)} 条`,
        en: `${countText(report.entries)}, and ${countText(report.support)} that they are checked by`,
      }),
    ],
    [say({ zh: '账本签封', en: 'Checkpoint' }), `${countText(report.size)}  ${report.root}`],
    [
      say({ zh: '见证', en: 'Witnesses' }),
      report.cosigned.length > 0 ? report.cosigned.map(({ witness, at }) => `${witness}  ${timeText(at)}`).join('\n') : undefined,
    ],
    [say({ zh: '时间戳', en: 'Timestamp' }), report.timestamp && `${timeText(report.timestamp.at)}  (${report.timestamp.size})`],
  ]);
  out.heading(say({ zh: '各类记录', en: 'Entries by type' }));
  out.table(
    [
      { title: say({ zh: '类型', en: 'Type' }), of: ([type]) => type },
      { title: say({ zh: '事项', en: 'Statement' }), of: ([type]) => say(statementWords[type]) },
      { title: say({ zh: '条数', en: 'Entries' }), of: ([, count]) => countText(count), align: 'right' },
    ],
    Object.entries(report.byType) as [keyof typeof statementWords, number][],
  );
  showKeys({ out, say }, report);
  out.heading(say({ zh: '本次查验不能发现的', en: 'What this check cannot tell' }));
  out.print(...report.warnings.map((one) => `  - ${say(one)}`));
}
