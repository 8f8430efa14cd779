import { goOnUnheard } from '#machine';
import { runWitness } from './program.js';

// The first signal lets what has begun be answered; the second ends at once. Neither can tear what is on the disk.
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (ending.signal.aborted) process.exit(130);
    ending.abort();
  });
}

goOnUnheard();
process.exitCode = await runWitness(process.argv.slice(2), {
  print: (line) => process.stdout.write(`${line}\n`),
  signal: ending.signal,
});
