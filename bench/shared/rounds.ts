import { availableParallelism, cpus, loadavg } from 'node:os';

/** `npm run bench -- NAME [rounds] [--word value]…`. */
export interface Asked {
  /** Of each figure; the median is printed. */
  readonly rounds: number;
  /** The parts that are wanted; empty: all. */
  readonly only: readonly string[];
  number(name: string, otherwise: number): number;
  text(name: string): string | undefined;
}

export function readAsked(argv: readonly string[] = process.argv.slice(2)): Asked {
  const named = new Map<string, string>();
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word.startsWith('--')) named.set(word.slice(2), argv[++i] ?? '');
    else words.push(word);
  }
  return {
    rounds: wholeNumber('rounds', words[0] ?? '5'),
    only: named.get('only')?.split(',') ?? [],
    text: (name) => named.get(name),
    number: (name, otherwise) => wholeNumber(name, named.get(name) ?? String(otherwise)),
  };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} is a whole number, not “${text}”`);
  return value;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

export function describeMachine(): string {
  const [cpu] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return `${availableParallelism()} cores (${cpu?.model ?? 'CPU'}), Node ${process.version}, load before ${load}`;
}

/** One round's work; answers how many things it did. */
export type Work = () => Promise<number> | number;

async function rateOf(work: Work): Promise<number> {
  const since = performance.now();
  const count = await work();
  return (count * 1000) / (performance.now() - since);
}

export interface Compared {
  readonly rate: number;
  readonly raw: number;
  readonly ratio: number;
}

/**
 * Runs the work and its raw limit by turns, so that neighbours disturb both; prints and answers the medians of rates and of the rounds'
 * ratios. `goals`: what LEDGER asks for; a missed one is said.
 */
export async function compare(
  name: string,
  asked: Asked,
  { raw, work, rawName, goals = {} }: { raw: Work; work: Work; rawName: string; goals?: { rate?: number; ratio?: number } },
): Promise<Compared> {
  const rates: number[] = [];
  const raws: number[] = [];
  for (let round = 0; round < asked.rounds; round++) {
    // Who goes first changes: caches and the database's own work after a commit favour neither.
    for (const [list, one] of round % 2 === 0
      ? [[raws, raw] as const, [rates, work] as const]
      : [[rates, work] as const, [raws, raw] as const])
      list.push(await rateOf(one));
  }
  const found = { rate: median(rates), raw: median(raws), ratio: median(rates.map((rate, i) => rate / (raws[i] as number))) };
  const missed = [
    ...(goals.rate !== undefined && found.rate < goals.rate ? [`below ${goals.rate} a second`] : []),
    ...(goals.ratio !== undefined && found.ratio < goals.ratio ? [`ratio below ${goals.ratio}`] : []),
  ];
  const asks = [
    goals.rate === undefined ? '' : `${goals.rate}/s`,
    goals.ratio === undefined ? '' : `ratio ${goals.ratio}`,
  ].filter(Boolean);
  const verdict =
    asks.length === 0 ? '' : missed.length > 0 ? `; MISSED: ${missed.join(', ')}` : `; goal ${asks.join(', ')}: reached`;
  console.log(
    `${name}: ${Math.round(found.rate)} a second; ${rawName} ${Math.round(found.raw)}; ratio ${found.ratio.toFixed(2)}${verdict}`,
  );
  return found;
}
