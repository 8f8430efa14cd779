import { runWitness } from './program.js';

// The first signal lets what has begun be answered; the second ends at once. Neither can tear what is on the disk.
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (ending.signal.aborted) process.exit(130);
    ending.abort();
  });
}

// Nobody reads any more what is said (`… keys new | head -1`, a log's collector that died): a witness has cosigning to go on with.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

process.exitCode = await runWitness(process.argv.slice(2), {
  print: (line) => process.stdout.write(`${line}\n`),
  signal: ending.signal,
});
