import { readFileSync } from 'node:fs';
import { processBegan, type ProcessIdentity } from '#machine';

/** Of a process: its parent's number, and its own program's name. */
function look(pid: number): { parent: number; program: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(parent), program: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) };
  } catch {
    return undefined;
  }
}

/**
 * The `npm start` that we run under; undefined when started otherwise. npm runs its scripts through a shell, which
 * on some systems stays in between and outlives npm.
 */
export function findNpm(): ProcessIdentity | undefined {
  if (process.env['npm_lifecycle_event'] !== 'start') return undefined;
  const parent = look(process.ppid);
  const pid = parent && /^(ba|da|a|z|k)?sh$/.test(parent.program) ? parent.parent : process.ppid;
  const began = processBegan(pid);
  return began === undefined ? undefined : { pid, began };
}
