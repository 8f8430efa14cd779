import { spawn, type StdioOptions } from 'node:child_process';

/** Runs a program to its end and answers the seconds that took. Throws with what it complained of. */
export function runCommand(
  command: string,
  args: readonly string[],
  stdio: StdioOptions = ['ignore', 'ignore', 'pipe'],
): Promise<number> {
  const since = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio });
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve((performance.now() - since) / 1000);
      else reject(new Error(`${command} ended with ${code}: ${complaint}`));
    });
  });
}
