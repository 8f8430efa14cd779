// Loaded into every test file's process by `npm test`: ends the process and all that its tests started when the runner is gone, also
// when it was killed and could end nothing itself. The runner holds the other end of descriptor 3.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

// A thread is given this module, too, and would close the descriptor as it ends, for whatever connection then gets its number.
if (isMainThread) new Socket({ fd: 3 }).on('error', endAll).on('close', endAll).resume().unref();

function endAll() {
  // An exchange that a test started leads a group of its own. Where there is no /proc, only this group ends.
  for (const pid of startedBy(process.pid)) kill(pid);
  kill(-process.pid);
  kill(process.pid);
}

function startedBy(pid) {
  const parents = (existsSync('/proc') ? readdirSync('/proc') : [])
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)]);
  const found = [pid];
  // Children are appended while the list is read: so theirs are found, too.
  for (const each of found) found.push(...parents.filter(([, parent]) => parent === each).map(([child]) => child));
  return found.slice(1);
}

/** The fourth field of proc(5) stat, after a name that may hold anything. */
function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]);
  } catch {
    return undefined;
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
