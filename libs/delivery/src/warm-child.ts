import { fork, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { SOURCE_FD } from './child-messages.js';

const PREPARER = fileURLToPath(new URL('./preparer.js', import.meta.url));

// A child that has loaded its modules and knows nothing: starting one takes longer than a small delivery. It does one job and ends, so
// no job meets another's secrets. There is one at most, of about 70 MiB, and only where jobs were done before.
let waiting: { readonly child: ChildProcess; readonly heapMiB: number } | undefined;

/** A process for one job: the one that waits, or a new one. */
export function takeChild(heapMiB: number): ChildProcess {
  const warm = waiting;
  waiting = undefined;
  if (warm === undefined || warm.heapMiB !== heapMiB || warm.child.exitCode !== null || !warm.child.connected) {
    warm?.child.kill('SIGKILL');
    return startChild(heapMiB);
  }
  warm.child.removeAllListeners();
  warm.child.ref();
  warm.child.channel?.ref();
  (warm.child.stdio[SOURCE_FD] as Socket).ref();
  return warm.child;
}

/** Has one wait for the next job. It keeps this process from ending no more than nothing would. */
export function warmChild(heapMiB: number): void {
  if (waiting !== undefined) return;
  const child = startChild(heapMiB);
  waiting = { child, heapMiB };
  const gone = (): void => {
    if (waiting?.child === child) waiting = undefined;
  };
  child.once('error', gone).once('exit', gone);
  child.unref();
  child.channel?.unref();
  (child.stdio[SOURCE_FD] as Socket).unref();
}

// Without the parent's environment and arguments, where secrets would be seen; without its output, where data could be.
function startChild(heapMiB: number): ChildProcess {
  return fork(PREPARER, [], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC' },
    execArgv: [`--max-old-space-size=${heapMiB}`],
    serialization: 'advanced',
  });
}
