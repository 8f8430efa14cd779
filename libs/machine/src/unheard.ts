/**
 * From here on this process goes on when nobody reads any more what it says (`… | head -1`, a collector of logs that died): what it does
 * matters more than what it says of it, and a backup that ended half-way would be the worse for it. Any other fault of stdout or stderr
 * ends the process, as it does by default. Once a process.
 */
export function goOnUnheard(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
}
