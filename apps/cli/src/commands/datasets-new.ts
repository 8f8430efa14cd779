import { delimiterSchema, detectedWords, encodingSchema, statedForm, type DelimiterName, type Encoding } from '#contracts';
import { inferAnyItems } from '#delivery';
import { Option, type Command } from 'commander';
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { act, examples, type Bench, type Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { newForm } from '../publish/form.js';
import { writeWhole } from '../store/folder.js';
import { countText, sizeText } from '../terminal/progress.js';

/** datasets new: a catalogue entry's form, pre-filled from a file. Needs no exchange. */
export function newDataset(group: Command, bench: Bench): void {
  const { say } = bench;
  const command = group
    .command('new')
    .description(
      say({
        zh: '由文件（CSV、JSON Lines、Parquet、XLSX）推断数据项，输出待校改的目录表单',
        en: 'Infer the items of a file (CSV, JSON lines, Parquet, XLSX) and write a catalogue form to correct',
      }),
    )
    .requiredOption('--from <file>', say({ zh: '数据文件，表头为数据项名', en: 'the file, with item names in its header' }))
    .addOption(new Option('--encoding <encoding>', say({ zh: '编码', en: 'its encoding' })).choices(encodingSchema.options))
    .addOption(new Option('--delimiter <name>', say({ zh: '分隔符', en: 'its separator' })).choices(delimiterSchema.options))
    .option('--sheet <name>', say({ zh: '工作表名称或序号', en: 'a sheet, by name or number' }))
    .option('--header-row <row>', say({ zh: '工作表中表头所在行', en: 'the row of the sheet that holds the names' }))
    .option('-o, --out <file>', say({ zh: '写入此文件，默认标准输出', en: 'write it to this file; stdout when left out' }));
  examples(command, bench, 'quanlian datasets new --from villages.csv > form.json', [
    'quanlian datasets enter form.json --no-secrets',
    { zh: '校改后登记', en: 'once corrected' },
  ]);
  act<NewOptions>(command, bench, async (desk, _, options) => {
    if (options.out !== undefined && existsSync(options.out))
      throw new Stop('file', 'exists', { zh: `${options.out} 已存在。`, en: `${options.out} exists.` });
    const folder = mkdtempSync(join(tmpdir(), 'quanlian-new-'));
    const { items, rows, detected } = await inferAnyItems(watched(desk, options.from), statedForm(options), folder).finally(() =>
      rmSync(folder, { recursive: true, force: true }),
    );
    desk.progress.finish();
    const form = newForm(options.from, items, say);
    const text = `${JSON.stringify(form, null, 2)}\n`;
    if (options.out === undefined) desk.out.raw(text);
    else writeWhole(options.out, text);
    for (const { what, value, why } of detected)
      desk.out.note({
        zh: `${detectedWords[what].zh}：${value}（${why.zh}）`,
        en: `${detectedWords[what].en}: ${value} (${why.en})`,
      });
    const personal = items.filter(({ item }) => item.personal).map(({ item }) => item.name);
    desk.out.note({
      zh: `已读 ${countText(rows)} 行，推断 ${items.length} 个数据项${personal.length > 0 ? `，其中疑似个人信息：${personal.join('、')}` : ''}。请逐项校改后登记。`,
      en: `Read ${countText(rows)} rows and inferred ${items.length} items${personal.length > 0 ? `; personal data, it seems: ${personal.join(', ')}` : ''}. Correct the form before entering it.`,
    });
  });
}

interface NewOptions {
  readonly from: string;
  readonly out?: string;
  readonly encoding?: Encoding;
  readonly delimiter?: DelimiterName;
  readonly sheet?: string;
  readonly headerRow?: string;
}

async function* watched(desk: Desk, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const total = statSync(path).size;
  desk.progress.begin({ zh: '读取', en: 'Reading' });
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024, signal: desk.signal })) {
    yield chunk as Buffer;
    done += (chunk as Buffer).length;
    desk.progress.at(done, total, sizeText);
  }
}
