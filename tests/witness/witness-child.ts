// A witness in a process of its own, for tests that kill it: `node witness-child.js {"words","step"}`. It kills itself when what it keeps
// reaches the step.
import { writeSync } from 'node:fs';
import { runWitness } from '../../apps/witness/src/program.js';

export interface WitnessChild {
  readonly words: readonly string[];
  readonly step?: string;
}

const { words, step } = JSON.parse(process.argv[2] ?? '') as WitnessChild;
const ending = new AbortController();
process.on('SIGTERM', () => ending.abort());
process.exitCode = await runWitness(words, {
  // At once: nothing that is only on its way would be written.
  print: (line) => writeSync(1, `${line}\n`),
  signal: ending.signal,
  onStep: (reached) => {
    if (reached === step) process.kill(process.pid, 'SIGKILL');
  },
});
