import { readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What postmaster.pid tells of a server that lives. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The process's command line, or undefined where the system has no /proc. */
function commandLine(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whether the process sits in this folder, by whichever path it was started: a data folder may be reached through a link. */
function worksIn(pid: number, directory: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(directory);
  } catch {
    return false;
  }
}

/**
 * The server that lives on this data folder, or undefined. A postmaster.pid whose process died, or whose number
 * now belongs to another program (a machine or container that started anew), is no server; the file is removed,
 * since PostgreSQL itself takes any living process of that number for one.
 */
export function readPostmaster(directory: string): Postmaster | undefined {
  const file = join(directory, 'postmaster.pid');
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (!isAlive(pid)) return undefined;
  const command = commandLine(pid);
  if (command !== undefined && !worksIn(pid, directory) && !command.includes(directory)) {
    // A zombie has an empty command line: dead, but not yet collected by its parent.
    if (command !== '') rmSync(file, { force: true });
    return undefined;
  }
  return { pid, port };
}

/**
 * Server processes that outlived their postmaster (kill -9): they sit in the data folder. Linux only; elsewhere
 * none are found and the caller waits for them to notice by themselves.
 */
export function findLeftovers(directory: string): number[] {
  let processes: string[];
  try {
    processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return processes.map(Number).filter((pid) => worksIn(pid, directory));
}
