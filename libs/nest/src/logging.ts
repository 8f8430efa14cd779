import { pino, type Logger, type LoggerOptions } from 'pino';

/** Names of fields whose values never reach a log, at any depth that a log line has here. */
const secretFields = [
  'password',
  'current',
  'next',
  'token',
  'authorization',
  'cookie',
  'secret',
  'key',
  'identity',
  'privateSeed',
  'name',
  'login',
];

// Lines that wait while they cannot be written, in bytes; what comes beyond is dropped.
const waitingMax = 1 << 20;

/** Standard output. That it cannot be written to, for the disk is full, must not end what serves people: the lines wait for room. */
function standardOutput() {
  return pino.destination({ dest: 1, sync: false, maxLength: waitingMax }).on('error', () => {});
}

/**
 * The process's log: JSON lines on standard output. Values of secret and personal fields are masked; digits that look like an ID or
 * phone number inside messages too.
 */
export function openLog(app: string, level: string): Logger {
  const settings: LoggerOptions = {
    level,
    base: { app, pid: process.pid },
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '***' },
    hooks: {
      logMethod(args, method) {
        method.apply(this, args.map((arg) => (typeof arg === 'string' ? maskNumbers(arg) : arg)) as Parameters<typeof method>);
      },
    },
    serializers: {
      err: (error: unknown) =>
        error instanceof Error
          ? {
              type: error.name,
              message: maskNumbers(error.message),
              stack: maskNumbers(error.stack ?? ''),
              cause: error.cause instanceof Error ? maskNumbers(error.cause.message) : undefined,
            }
          : { message: maskNumbers(String(error)) },
    },
  };
  return pino(settings, standardOutput());
}

/** Replaces mainland ID numbers and mobile numbers by their first digits and stars. */
export function maskNumbers(text: string): string {
  return text
    .replace(/(?<![0-9A-Za-z])(\d{6})\d{8}(\d{3}[0-9Xx])(?![0-9A-Za-z])/g, '$1********$2')
    .replace(/(?<![0-9A-Za-z])(1\d{2})\d{4}(\d{4})(?![0-9A-Za-z])/g, '$1****$2');
}
