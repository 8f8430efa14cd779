import { readFileSync } from 'node:fs';
import { openVault, loadVaultKey, signingKeyOf, VaultError } from '#crypto';
import { PayloadMissing, type PayloadStore } from '#delivery';
import { lawOf } from '#exchange';
import { LedgerFault, openTrustRoot, verifyLedger, type TrustRoot } from '#ledger';
import { auditProjections, readEntries, readSnapshot, withClient } from '#postgres';
import { speak, Stop, type Desk, type Sentence } from './backup-command.js';
import { digestOf } from './backup-files.js';
import type { Manifest } from './backup-manifest.js';
import { sizeText } from './backup-meter.js';
import { findingSentence } from './finding-sentence.js';

/** How many differences are named; the count goes on. */
const namedAtMost = 200;

/** Something that is not as it should be. */
export interface Wrong {
  readonly code: string;
  readonly sentence: Sentence;
}

export interface Verification {
  /** Entries whose bytes, chain, signatures and rules were checked; undefined for an exchange that is not set up. */
  readonly ledger?: {
    readonly size: number;
    readonly head: string;
    readonly sealedAt: string;
    readonly warnings: readonly Sentence[];
  };
  readonly states: number;
  readonly objects: { readonly count: number; readonly sizeBytes: number };
  readonly wrong: readonly Wrong[];
  /** May be more than `wrong` names. */
  readonly wrongCount: number;
}

/** Reads a trust root that was obtained elsewhere. Throws Stop. */
export function readTrustRoot(path: string): TrustRoot {
  const bytes = readFileSync(path);
  try {
    return openTrustRoot(bytes);
  } catch {
    throw new Stop('refused', 'trust-root-malformed', {
      zh: `${path} 不是信任根文件。`,
      en: `${path} is no trust root.`,
    });
  }
}

/**
 * Verifies a restored exchange without its server: the ledger against a trust root, the projections against the ledger, every object
 * against the database, and that the vault key opens what was sealed under it. Names all that is wrong.
 */
export async function verifyRestored(
  restored: {
    url: string;
    store: PayloadStore;
    manifest: Manifest;
    trustRoot: TrustRoot | undefined;
    vaultKeyFile: string | undefined;
  },
  desk: Desk,
): Promise<Verification> {
  const { url, store, manifest, trustRoot, vaultKeyFile } = restored;
  const wrong: Wrong[] = [];
  let wrongCount = 0;
  const report = (code: string, sentence: Sentence): void => {
    wrongCount++;
    if (wrong.length < namedAtMost) wrong.push({ code, sentence });
  };
  const ledger = trustRoot && (await checkLedger(url, trustRoot, manifest, report, desk));
  const states = await checkProjections(url, trustRoot?.origin ?? '', report, desk);
  const objects = await checkObjects(url, store, report, desk);
  if (vaultKeyFile !== undefined) await checkVaultKey(url, vaultKeyFile, trustRoot, report);
  return { ...(ledger ? { ledger } : {}), states, objects, wrong, wrongCount };
}

type Report = (code: string, sentence: Sentence) => void;

async function checkLedger(
  url: string,
  trustRoot: TrustRoot,
  { ledger: { size, head } }: Manifest,
  report: Report,
  desk: Desk,
): Promise<Verification['ledger']> {
  desk.meter.begin(speak({ zh: '校验账本', en: 'Verifying the ledger' }));
  return withClient(url, async (client) => {
    async function* entries(): AsyncGenerator<Uint8Array> {
      for await (const { bytes } of readEntries(client)) yield bytes;
    }
    try {
      const verified = await verifyLedger(entries(), trustRoot, {
        seen: { size, head },
        folds: lawOf(trustRoot.origin).folds,
        onEntry: (count) => {
          desk.signal.throwIfAborted();
          desk.meter.at(() => `${count} / ${size}`);
        },
      });
      const { sealedAt, warnings } = verified;
      return { size: verified.size, head: verified.head, sealedAt, warnings: warnings.map(({ zh, en }) => ({ zh, en })) };
    } catch (error) {
      if (!(error instanceof LedgerFault)) throw error;
      report(error.code, { zh: error.sentence('zh'), en: error.sentence('en') });
      return undefined;
    }
  });
}

/** The ledger folded anew against the tables; how many states were compared. */
async function checkProjections(url: string, origin: string, report: Report, desk: Desk): Promise<number> {
  desk.meter.begin(speak({ zh: '比对账本与数据库', en: 'Comparing database and ledger' }));
  const audited = await withClient(url, (client) =>
    auditProjections(
      client,
      lawOf(origin),
      (finding) => report(finding.what === 'state' ? `state-${finding.difference}` : finding.code, findingSentence(finding)),
      (count) => {
        desk.signal.throwIfAborted();
        desk.meter.at(() => String(count));
      },
    ),
  );
  return audited.statesCompared;
}

/** Every object that the database speaks of, by the digest that the database has of it. */
async function checkObjects(url: string, store: PayloadStore, report: Report, desk: Desk): Promise<Verification['objects']> {
  desk.meter.begin(speak({ zh: '校验密文', en: 'Checking encrypted objects' }));
  const objects = await readSnapshot(url, async (snapshot) => snapshot.objects);
  let [count, sizeBytes] = [0, 0];
  for (const { name, sha256 } of objects) {
    try {
      const found = await digestOf(store.read(name), (bytes) => {
        desk.signal.throwIfAborted();
        sizeBytes += bytes;
        desk.meter.at(() => `${count} / ${objects.length} ${sizeText(sizeBytes)}`);
      });
      count++;
      if (sha256 !== undefined && found.sha256 !== sha256) {
        report('object-differs', { zh: `密文 ${name} 与摘要不符`, en: `The object ${name} is not what was stored` });
      }
    } catch (error) {
      if (!(error instanceof PayloadMissing)) throw error;
      // An attempt of which nothing is sealed was perhaps never finished.
      if (sha256 !== undefined) report('object-missing', { zh: `缺少密文 ${name}`, en: `The object ${name} is missing` });
    }
  }
  return { count, sizeBytes };
}

/** The log key is sealed under the vault key, and entry 0 names its public half. */
async function checkVaultKey(url: string, file: string, trustRoot: TrustRoot | undefined, report: Report): Promise<void> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ sealed: Buffer }>("SELECT sealed FROM office.secret WHERE name = 'log-key'"),
  );
  const sealed = rows[0]?.sealed;
  if (!sealed) return;
  try {
    const { publicKey } = signingKeyOf(openVault(loadVaultKey(file)).open('log-key', sealed));
    // The first key, as set-up made it. Later ones are kept under their own names, and entries say which they are.
    if (trustRoot && publicKey !== trustRoot.logKey.publicKey) {
      report('log-key-differs', {
        zh: '数据库中的账本密钥不是首条记录所载的那一把',
        en: 'The log key in the database is not the one that entry 0 names',
      });
    }
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    report(error.code, { zh: error.sentence('zh'), en: error.sentence('en') });
  }
}
