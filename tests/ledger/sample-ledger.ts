import { setTimeout as sleep } from 'node:timers/promises';
import {
  noteSignerOf,
  Sealer,
  signersAmong,
  type Law,
  type LogKey,
  type NoteSigner,
  type SealerOptions,
  type TrustRoot,
} from '#ledger';
import { lawOf, rightsLawTouches } from '#exchange';
import { migratedDatabase, type TestDatabase } from '#testing';
import { codeOf, SampleCity, type Said } from '../../libs/ledger/src/sample-city.js';
import { connect, makeAdmission, PgLedgerStore, type Admit, type Database, type PgSealTransaction } from '#postgres';

// For tests only: a ledger in a database of its own, in which a small city speaks.

export interface SampleLedger {
  readonly city: SampleCity;
  readonly at: TestDatabase;
  readonly api: Database;
  readonly worker: Database;
  readonly law: Law;
  readonly admit: Admit;
  readonly trustRoot: TrustRoot;
  /** Of checkpoints. */
  readonly signer: NoteSigner;
  /** Admits statements in one transaction of the API's role. */
  readonly tell: (...said: Said[]) => Promise<void>;
  readonly sealer: (options?: Partial<SealerOptions<PgSealTransaction>>) => Sealer<PgSealTransaction>;
  /** Takes the lease with a new sealer, seals until nothing waits, signs a checkpoint, gives the lease back. */
  readonly sealAll: (options?: Partial<SealerOptions<PgSealTransaction>>) => Promise<{ sealed: number; rejected: number }>;
  readonly end: () => Promise<void>;
}

/**
 * A ledger in which a provider and a grantee are admitted with a key each; in a database of its own, or in the one given. `city`: whose keys
 * it speaks with, as one operator who keeps two ledgers would.
 */
export async function sampleLedger(label: string, given?: TestDatabase, city = new SampleCity()): Promise<SampleLedger> {
  const at = given ?? (await migratedDatabase(label));
  const api = await connect(at.apiUrl, { poolSize: 4 });
  const worker = await connect(at.workerUrl, { poolSize: 4 });
  const law = lawOf(city.origin);
  const signer = noteSignerOf(city.origin, 'ed25519', city.log);
  const logKey: LogKey = { keyId: city.log.keyId, privateKey: city.log.privateKey };
  const admit = makeAdmission({ origin: city.origin, logKeyOf: () => Promise.resolve(logKey) });
  const stores: PgLedgerStore[] = [];
  const { keyId, publicKey } = city.keyOf(city.competent);

  const sealer: SampleLedger['sealer'] = (options) => {
    const store = new PgLedgerStore(worker);
    stores.push(store);
    return new Sealer({ store, law, signersOf: signersAmong(signer), touches: [rightsLawTouches], ...options });
  };
  const ledger: SampleLedger = {
    city,
    at,
    api,
    worker,
    law,
    admit,
    signer,
    trustRoot: {
      v: 1,
      origin: city.origin,
      competent: { department: city.competent, keyId, publicKey },
      exchangeKey: { keyId: city.exchange.keyId, publicKey: city.exchange.publicKey },
      logKey: { keyId: city.log.keyId, publicKey: city.log.publicKey },
      inForce: 'durable',
    },
    async tell(...said) {
      const client = await api.pool.connect();
      try {
        await client.query('BEGIN');
        for (const { bytes, signatures } of said) await admit(client, bytes, signatures);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
    sealer,
    async sealAll(options) {
      const store = new PgLedgerStore(worker);
      const one = new Sealer({ store, law, signersOf: signersAmong(signer), touches: [rightsLawTouches], ...options });
      const total = { sealed: 0, rejected: 0 };
      try {
        // A sealer that was stopped while it did not know how its last commit ended leaves its lease to run out.
        for (const begun = Date.now(); !(await one.takeLease()); await sleep(50))
          if (Date.now() - begun > 2_000) throw new Error('Another sealer holds the lease');
        for (;;) {
          const outcome = await one.sealBatch();
          if (outcome.state === 'idle') break;
          if (outcome.state !== 'sealed') throw new Error('Fenced');
          total.sealed += outcome.sealed;
          total.rejected += outcome.rejected;
        }
        await one.signCheckpoint();
      } finally {
        await worker.pool.query('UPDATE ledger.ledger_head SET lease_holder = NULL, lease_until = NULL');
        await store.close();
      }
      return total;
    },
    async end() {
      for (const store of stores) await store.close();
      await api.close();
      await worker.close();
      await at.drop();
    },
  };
  await ledger.tell(city.opened());
  await ledger.sealAll();
  for (const department of [providerCode, granteeCode]) {
    await ledger.tell(city.departmentAdmitted(department), city.keyAdmitted(department));
  }
  await ledger.sealAll();
  return ledger;
}

export const providerCode = codeOf(1);
export const granteeCode = codeOf(2);
