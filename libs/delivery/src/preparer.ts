import { readdirSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { Socket } from 'node:net';
import { refuse, Refusal } from '#contracts';
import { countChanges } from './changes/count-changes.js';
import { SOURCE_FD, type FromChild, type ToChild } from './child-messages.js';
import { ingestFile } from './ingest.js';
import type { JobOptions } from './job.js';
import { prepareDelivery } from './prepare.js';
import { isQuick } from './quick.js';
import { reportVersion } from './report/report-version.js';
import { countRows, previewRows } from './preview.js';
import { takeKeys } from './take-keys.js';

// The main module of the child processes that see plaintext: one job, then the end. What it may know comes through its channel.

const PROGRESS_EVERY_MS = 100;

// Nobody would hear the result, and nobody would clean up after it.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Every fault of every row is an error of which only code and place are told: where it was made would cost three times as much.
Error.stackTraceLimit = 0;
leaveFirst();

let sourceBytes: (sizeBytes: number) => void;
const sourceEnded = new Promise<number>((resolve) => (sourceBytes = resolve));

process.on('message', (message: ToChild) => {
  if (message.kind === 'source-ended') sourceBytes(message.sizeBytes);
  else
    run(message).then(
      (result) => tell({ kind: 'done', result }),
      (error: unknown) => tell(fault(error)),
    );
});

function run(message: Exclude<ToChild, { kind: 'source-ended' }>): Promise<unknown> {
  const options: JobOptions = { onProgress: atIntervals((progress) => tell({ kind: 'progress', progress })) };
  switch (message.kind) {
    case 'ingest':
      return ingestFile(message.job, source(), message.folder, options);
    case 'take-keys':
      return takeKeys(message.job, source(), message.folder, options);
    case 'prepare':
      if (!isQuick(message.job)) stepAside();
      return prepareDelivery(message.job, message.folder, options);
    case 'count':
      return countRows(message.job, message.folder, options);
    case 'count-changes':
      return countChanges(message.job, message.folder, options);
    case 'report':
      stepAside();
      return reportVersion(message.job, message.folder, options);
    case 'preview':
      return previewRows(message.job, message.folder, options);
  }
}

/** The file. A pipe ends the same way when all was said and when the speaker is cut off: the parent tells how long it was. */
async function* source(): AsyncGenerator<Uint8Array> {
  const socket = new Socket({ fd: SOURCE_FD, readable: true, writable: false });
  let sizeBytes = 0;
  for await (const bytes of socket as AsyncIterable<Uint8Array>) {
    sizeBytes += bytes.length;
    yield bytes;
  }
  if ((await sourceEnded) !== sizeBytes) throw refuse('upload-cut');
}

function tell(message: FromChild): void {
  process.send?.(message);
}

function fault(error: unknown): FromChild {
  if (error instanceof Refusal) {
    return { kind: 'refused', problem: error.toProblem() };
  }
  const { name, code } = error as NodeJS.ErrnoException;
  const said =
    name === 'SandboxError' ? `DuckDB: ${(error as Error).message}` : `${name}${code === undefined ? '' : `: ${code}`}`;
  return { kind: 'failed', reason: said };
}

function atIntervals<T extends { stage: string }>(say: (progress: T) => void): (progress: T) => void {
  let lastAt = 0;
  let lastStage = '';
  return (progress) => {
    const now = Date.now();
    if (now - lastAt < PROGRESS_EVERY_MS && progress.stage === lastStage) return;
    lastAt = now;
    lastStage = progress.stage;
    say(progress);
  };
}

/** Lets small deliveries, and whoever else shares the machine, go first. Threads that begin later inherit it from those that are there. */
function stepAside(): void {
  try {
    for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not Linux: what runs is fair all the same, only slower for the small.
  }
}

/** When memory runs out, the kernel ends this process before the one that serves everybody. */
function leaveFirst(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '900');
  } catch {
    // Not Linux, or not allowed: the limits still hold.
  }
}
