import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The most memory that was seen, in bytes. */
export interface PeakMemory {
  /** Of the process and all below it: proportional shares, so that what they share counts once. */
  readonly processesBytes: number;
  /** Of files in memory-backed folders. */
  readonly filesBytes: number;
  /** Of both together, at one moment. */
  readonly allBytes: number;
}

const EVERY_MS = 100;

/** Watches a process with all below it, and folders in memory, until it is stopped. Between two looks (100 ms) it sees nothing. */
export function watchMemory(pid: number, folders: readonly string[] = []): () => PeakMemory {
  const peak = { processesBytes: 0, filesBytes: 0, allBytes: 0 };
  const look = (): void => {
    const processesBytes = treeOf(pid).reduce((sum, each) => sum + shareOf(each), 0);
    const filesBytes = folders.reduce((sum, folder) => sum + sizeOf(folder), 0);
    peak.processesBytes = Math.max(peak.processesBytes, processesBytes);
    peak.filesBytes = Math.max(peak.filesBytes, filesBytes);
    peak.allBytes = Math.max(peak.allBytes, processesBytes + filesBytes);
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return () => {
    clearInterval(timer);
    look();
    return peak;
  };
}

/** The process and its descendants, of all threads' children. */
function treeOf(pid: number): number[] {
  const children = namesIn(`/proc/${pid}/task`).flatMap((task) =>
    textOf(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(treeOf)];
}

function shareOf(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? '0';
  return Number(kib) * 1024;
}

function sizeOf(path: string): number {
  try {
    const at = statSync(path);
    if (!at.isDirectory()) return at.blocks * 512;
    return namesIn(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
  } catch {
    // It went between two looks.
    return 0;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
