import { routes } from '#contracts';
import type { EvidenceQuestion } from '#ledger';
import { randomBytes } from 'node:crypto';
import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Command } from 'commander';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { usage } from '../exits.js';
import { findDataset, findDelivery, findRight } from '../find/find.js';
import { instantFrom, instantUntil } from '../show/times.js';
import { Roots } from '../store/roots.js';
import { sizeText } from '../terminal/progress.js';
import { tellBundle, verifyBundle } from '../verify/verify-bundle.js';

interface EvidenceOptions {
  readonly right?: string;
  readonly delivery?: string;
  readonly dataset?: string;
  readonly from?: string;
  readonly to?: string;
  readonly out: string;
}

/** evidence: one file that proves, elsewhere and without the exchange. */
export function evidenceCommand(program: Command, bench: Bench, group: string): void {
  const { say } = bench;
  const command = program
    .command('evidence')
    .helpGroup(group)
    .summary(say({ zh: '取得证据包', en: 'Take an evidence bundle' }))
    .description(
      say({
        zh: '取得一个证据包（zip）：有关记录的原始字节、包含证明、账本签封与见证、签名密钥的准入，可离线查验',
        en: 'Take an evidence bundle (zip): the exact bytes of the entries, inclusion proofs, the checkpoint with its cosignatures, the admissions of the keys; it is checked offline',
      }),
    )
    .option('--right <right>', say({ zh: '一项使用权', en: 'about a right' }))
    .option('--delivery <delivery>', say({ zh: '一次数据提供', en: 'about a delivery' }))
    .option('--dataset <dataset>', say({ zh: '一个政务数据资源', en: 'about a dataset' }))
    .option('--from <date>', say({ zh: '自哪天（与 --to 同用）', en: 'from this day on (with --to)' }))
    .option('--to <date>', say({ zh: '至哪天（含）', en: 'to the end of this day' }))
    .requiredOption('-o, --out <file>', say({ zh: '写入此文件', en: 'write it to this file' }));
  examples(
    command,
    bench,
    'quanlian evidence --right 3fa94c21 -o right.zip',
    'quanlian evidence --from 2026-01-01 --to 2026-03-31 -o 2026-q1.zip',
    'quanlian verify right.zip --trust root.json',
  );
  act<EvidenceOptions>(command, bench, async (desk, _, options) => {
    const query = await questionOf(desk, options);
    const { out } = options;
    desk.progress.begin({ zh: '取证', en: 'Taking evidence' });
    const response = await desk.client.open(routes.evidence, { query }, { signal: desk.signal });
    const bytes = await writeStream(desk, response, out);
    desk.progress.finish();
    // The exchange's word that it is good counts for nothing: checked here at once, where there is something to check it by.
    const pinned = new Roots(desk.folder).find(desk.server);
    const report = pinned && (await verifyBundle(out, pinned.root));
    desk.out.result({ file: out, bytes, checked: report !== undefined, ...(report ? { report } : {}) }, () => {
      desk.out.print(say({ zh: `已写入 ${out}（${sizeText(bytes)}）`, en: `Written to ${out} (${sizeText(bytes)})` }));
      if (report) tellBundle(desk, out, report);
    });
  });
}

async function questionOf(desk: Desk, { right, delivery, dataset, from, to }: EvidenceOptions): Promise<EvidenceQuestion> {
  const isPeriod = from !== undefined || to !== undefined;
  if ([right, delivery, dataset].filter((one) => one !== undefined).length + (isPeriod ? 1 : 0) !== 1)
    throw usage(
      '请给出 --right、--delivery、--dataset 或 --from 与 --to 之一。',
      'Give one of --right, --delivery, --dataset, or --from with --to.',
    );
  if (right !== undefined) return { right: (await findRight(desk, right)).id };
  if (delivery !== undefined) return { delivery: (await findDelivery(desk, delivery)).id };
  if (dataset !== undefined) return { dataset: (await findDataset(desk, dataset)).id };
  if (from === undefined || to === undefined) throw usage('--from 与 --to 同用。', '--from goes with --to.');
  return { from: instantFrom(from, '--from'), until: instantUntil(to, '--to') };
}

/** Whole or not at all: a crash, or an answer that breaks off, leaves at worst a stray `.new` file. */
async function writeStream(desk: Desk, response: Response, path: string): Promise<number> {
  if (!response.body) throw usage('没有应答。', 'There is no answer.');
  const beside = `${path}.${randomBytes(4).toString('hex')}.new`;
  const file = createWriteStream(beside, { flags: 'wx', flush: true });
  try {
    await pipeline(Readable.fromWeb(response.body as ReadableStream<Uint8Array>), file, { signal: desk.signal });
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  renameSync(beside, path);
  return file.bytesWritten;
}
