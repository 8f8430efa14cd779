import { readFileSync } from 'node:fs';
import { watchMemory } from './process-tree.js';
import { median } from './rounds.js';

const MiB = 1024 * 1024;

/** Seconds of processor that this process and all children that ended have used. proc(5): utime, stime, cutime, cstime in ticks of 10 ms. */
function cpuSeconds(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100;
}

interface Cost {
  readonly seconds: number;
  readonly cpu: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [since, cpu] = [performance.now(), cpuSeconds()];
  await work();
  return { seconds: (performance.now() - since) / 1000, cpu: cpuSeconds() - cpu };
}

export interface Raced {
  readonly name: string;
  readonly peerName: string;
  readonly rounds: number;
  /** Each is one run, processes and all. */
  readonly product: () => Promise<unknown>;
  /** Absent where no peer can do it within what it is given; then the product is measured alone. */
  readonly peer?: () => Promise<unknown>;
  /** Folders in memory that the product writes to. */
  readonly memoryFolders: readonly string[];
  /** The most that the product's time may be of the peer's, where something is asked, and the most memory, in MiB. */
  readonly goals: { readonly ratio?: number; readonly mib: number };
}

/**
 * Runs the product and its peer by turns, prints medians, the median of the rounds' ratios, and the most memory that the product's
 * processes and files took at one moment. Seconds of processor stand beside: on a machine with neighbours they say more.
 */
export async function race({ name, peerName, rounds, product, peer, memoryFolders, goals }: Raced): Promise<void> {
  const [ours, theirs]: [Cost[], Cost[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const oursNow = async (): Promise<void> => void ours.push(await costOf(product));
    const theirsNow = async (): Promise<void> => void theirs.push(await costOf(peer as () => Promise<unknown>));
    if (peer === undefined) await oursNow();
    else for (const one of round % 2 === 0 ? [oursNow, theirsNow] : [theirsNow, oursNow]) await one();
  }
  // Looking at memory takes time of its own, so it has a round of its own.
  const stop = watchMemory(process.pid, memoryFolders);
  await product();
  const peak = stop();
  const ratioOf = (what: keyof Cost): number => median(ours.map((each, i) => each[what] / (theirs[i] as Cost)[what]));
  const said = (costs: readonly Cost[]): string =>
    `${median(costs.map(({ seconds }) => seconds)).toFixed(2)} s (${median(costs.map(({ cpu }) => cpu)).toFixed(2)} s of processor)`;
  const verdict = (goal: number, found: number): string => `(goal ${goal}: ${found <= goal ? 'reached' : 'MISSED'})`;
  const mib = Math.round(peak.allBytes / MiB);
  const memory = `memory ${mib} MiB, ${Math.round(peak.filesBytes / MiB)} of them files ${verdict(goals.mib, mib)}`;
  if (peer === undefined) return console.log(`${name}: ${said(ours)}; ${memory}`);
  const ratio = ratioOf('seconds');
  console.log(
    `${name}: ${said(ours)}; ${peerName} ${said(theirs)}; ratio ${ratio.toFixed(2)}${goals.ratio === undefined ? '' : ` ${verdict(goals.ratio, ratio)}`}, ` +
      `of processor ${ratioOf('cpu').toFixed(2)}; ${memory}`,
  );
}
