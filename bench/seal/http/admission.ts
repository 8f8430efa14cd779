// What both servers of the benchmark do with a request: one admission, in a transaction of its own.
import { connect, inboxRinger, makeAdmission } from '#postgres';
import { importSigningKey } from '#crypto';
import type { AdmissionReceipt } from '#ledger';
import type { StatementSignature } from '#contracts';

export const path = '/bench/statements';

export interface Given {
  readonly url: string;
  readonly origin: string;
  readonly logKeyId: string;
  /** The log key's seed in hex. */
  readonly logSeed: string;
}

export interface Handed {
  /** The canonical text that was signed. */
  readonly statement: string;
  readonly signatures: readonly StatementSignature[];
}

/** Reads what the benchmark handed over, and opens the way in. */
export async function openAdmission(): Promise<(handed: Handed) => Promise<AdmissionReceipt>> {
  const { url, origin, logKeyId, logSeed } = JSON.parse(process.argv[2] ?? '') as Given;
  const { pool } = await connect(url, { poolSize: 20 });
  const ring = inboxRinger(pool);
  const logKey = { keyId: logKeyId, privateKey: importSigningKey(Buffer.from(logSeed, 'hex')) };
  const admit = makeAdmission({
    origin,
    logKeyOf: () => Promise.resolve(logKey),
    waitingMax: Number.MAX_SAFE_INTEGER,
    ring: 'after-commit',
  });
  return async ({ statement, signatures }) => {
    const client = await pool.connect();
    try {
      return await admit(client, Buffer.from(statement, 'utf8'), signatures);
    } finally {
      client.release();
      ring();
    }
  };
}

/** Tells the benchmark the port, and ends with it. */
export function tellPort(port: number): void {
  console.log(port);
  process.stdin.on('end', () => process.exit(0)).resume();
}
