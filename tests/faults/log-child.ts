import { openLog } from '#nest';

// Says in its log what it is told, and answers: a process that lives by more than its log.
const log = openLog('log-child', 'info');
process.on('message', (said: string) => {
  log.info(said);
  process.send?.(said);
});
process.send?.('ready');
