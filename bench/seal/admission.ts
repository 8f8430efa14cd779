import { createHash, verify } from 'node:crypto';
import { makeBulkAdmission } from '#postgres';
import { importPublicKey } from '#crypto';
import { granteeCode, type SampleLedger } from '../../tests/ledger/sample-ledger.js';
import type { Said } from '../../libs/ledger/src/sample-city.js';
import { compare, type Asked } from '../shared/rounds.js';
import { pullsOf } from '../../tests/ledger/many-statements.js';

const BATCH = 500;

/** Admission of many: parsed, canonical, of a known form, signed by a key in force, in the inbox; against parsing, verifying and hashing alone. */
export async function benchAdmission(ledger: SampleLedger, asked: Asked): Promise<void> {
  const count = asked.number('admitted', 10_000);
  const { city, api } = ledger;
  const admitAll = makeBulkAdmission({
    origin: city.origin,
    logKeyOf: () => Promise.resolve({ keyId: city.log.keyId, privateKey: city.log.privateKey }),
    waitingMax: Number.MAX_SAFE_INTEGER,
  });
  const publicKey = importPublicKey(city.keyOf(granteeCode).publicKey) as Parameters<typeof verify>[2];
  const rounds = Array.from({ length: asked.rounds }, () => [...pullsOf(city, granteeCode, count)]);
  let raws = 0;
  await compare('admission, one signature each, batches of 500', asked, {
    rawName: 'bare parse-verify-hash loop',
    goals: { ratio: 0.6 },
    raw: () => parseVerifyHash(rounds[raws++ % rounds.length] ?? [], publicKey),
    work: async () => {
      const said = rounds.shift() ?? [];
      rounds.push(said);
      const batches = Array.from({ length: Math.ceil(said.length / BATCH) }, (_, i) => said.slice(i * BATCH, (i + 1) * BATCH));
      // Two callers: while one waits for the server, the other's signatures are checked.
      await Promise.all([admitThem(), admitThem()]);
      async function admitThem(): Promise<void> {
        const client = await api.pool.connect();
        try {
          for (let batch = batches.shift(); batch; batch = batches.shift()) {
            await client.query('BEGIN');
            await admitAll(
              client,
              batch.map(({ bytes, signatures }) => ({ statementBytes: bytes, signatures })),
            );
            await client.query('COMMIT');
          }
        } finally {
          client.release();
        }
      }
      return said.length;
    },
  });
}

function parseVerifyHash(said: readonly Said[], publicKey: Parameters<typeof verify>[2]): number {
  for (const { bytes, signatures } of said) {
    JSON.parse(bytes.toString('utf8'));
    const signature = Buffer.from(signatures[0]?.signature ?? '', 'base64');
    if (!verify(null, bytes, publicKey, signature)) throw new Error('A signature does not hold');
    createHash('sha256').update(bytes).digest();
  }
  return said.length;
}
