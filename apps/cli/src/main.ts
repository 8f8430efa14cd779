import { runCommand } from './program.js';

// `quanlian trail | head` closes our stdout early: that is no fault, only the end of interest.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });

// The first Ctrl-C lets the command put its half-done work where the next run finds it; the second ends at once.
const interruption = new AbortController();
process.on('SIGINT', () => {
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort();
});
process.on('SIGTERM', () => interruption.abort());

process.exitCode = await runCommand(process.argv.slice(2), {
  env: process.env,
  streams: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
  signal: interruption.signal,
});
