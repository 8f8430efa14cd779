import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../shared/command.js';
import { MiB, type makeGround } from '../shared/ground.js';
import { ingestPeople, writePeople } from '../shared/people.js';
import { watchMemory } from '../shared/process-tree.js';
import { median } from '../shared/rounds.js';

const sheetRows = 1_048_575;
const writer = fileURLToPath(new URL('./write-workbook.js', import.meta.url));

/** A sheet filled to its last row with the register's ten columns, taken in; prints seconds and memory beside what is asked of them. */
export async function benchWorkbook(
  { folder, memoryFolder, store }: ReturnType<typeof makeGround>,
  rounds: number,
): Promise<void> {
  const [csv, workbook] = [join(folder, 'people.csv'), join(folder, 'people.xlsx')];
  await writePeople(csv, sheetRows);
  await runCommand(process.execPath, [writer, csv, workbook]);
  rmSync(csv);
  const seconds: number[] = [];
  const stop = watchMemory(process.pid, [memoryFolder]);
  for (let round = 0; round < rounds; round++) {
    const since = performance.now();
    const { ingested } = await ingestPeople(workbook, store, memoryFolder);
    seconds.push((performance.now() - since) / 1000);
    if (ingested.rows !== sheetRows) throw new Error(`${ingested.rows} rows were taken in`);
  }
  const [taken, mib] = [median(seconds), Math.round(stop().allBytes / MiB)];
  console.log(
    `xlsx of 1,048,575 rows × 10, ${Math.round(statSync(workbook).size / MiB)} MiB: ${taken.toFixed(1)} s (goal 60: ${taken <= 60 ? 'reached' : 'MISSED'}); ` +
      `memory ${mib} MiB (goal 500: ${mib <= 500 ? 'reached' : 'MISSED'})`,
  );
}
