import { CallError, routes, type Format, type RightView, type RowScope, type Statement } from '#contracts';
import { encodeCanonical, randomId } from '#crypto';
import { openDelivery } from '#delivery';
import type { SealedDelivery, TrustRoot } from '#ledger';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Desk } from '../desk.js';
import { Stop, usage } from '../exits.js';
import { readIdentities } from '../keys/identity-file.js';
import { checkNotRejected, untilSealed } from '../sign/outcome.js';
import { openKey, signProposal } from '../sign/sign-proposal.js';
import { trustedRoot } from '../sign/trust.js';
import { digestOfFile } from '../publish/send-file.js';
import { Pulls } from '../store/pulls.js';
import { sizeText } from '../terminal/progress.js';
import { download } from './download.js';
import { sealedDelivery } from './sealed.js';
import { checkReady, stillWaiting, untilOver } from './wait.js';

/** What is pulled, and where to. */
export interface PullOrder {
  readonly right: RightView;
  readonly items: readonly string[];
  readonly rows: RowScope;
  readonly format: Format;
  readonly version: string;
  readonly output: string;
  readonly identityFiles: readonly string[];
  readonly keyFile?: string | undefined;
  readonly trust?: string | undefined;
  readonly keepAge: boolean;
  readonly withReceipt: boolean;
  readonly timeoutMs: number;
}
export interface PulledData {
  readonly delivery: string;
  readonly file: string;
  readonly ageFile?: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly ciphertextSha256: string;
  readonly plaintextHmac: string;
  /** Entries of the ledger: what was delivered, and the receipt. */
  readonly deliveredAt: number;
  readonly receiptAt?: number;
}

type Body<T extends 'pull.signed' | 'receipt.signed'> = Statement<T>['body'];

/**
 * One pull from beginning to end: ask, wait, download, match to the sealed delivery, decrypt, check, sign the receipt. Each step is
 * remembered before the next, so a run that was cut short at any point goes on from there and takes nothing twice. Throws Stop,
 * Refusal, CallError.
 */
export async function pull(desk: Desk, order: PullOrder): Promise<PulledData> {
  const root = await trustedRoot(desk, order.trust);
  const identities = await identitiesFor(desk, order.identityFiles);
  const pulls = new Pulls(desk.folder, sameness(desk, order));
  const delivery = await ask(desk, order, pulls);
  const view = await untilOver(desk, delivery, order.timeoutMs);
  // What has ended is not taken up again: the next run asks anew.
  if (view.state !== 'prepared' && view.state !== 'received') pulls.forget();
  checkReady(view);

  const sealed = await sealedDelivery(desk, delivery, root);
  const ageFile = `${order.output}.age`;
  let opened = pulls.begun?.opened;
  if (!opened || !existsSync(order.output)) {
    await fetchPayload(desk, delivery, sealed, ageFile).catch((error: unknown) => {
      if (error instanceof CallError && error.problem?.code === 'payload-gone') pulls.forget();
      throw error;
    });
    opened = await openPayload(desk, order, sealed, delivery, identities, ageFile);
    pulls.keep({ pull: delivery, at: new Date().toISOString(), opened });
  }
  const receiptAt =
    order.withReceipt && view.state !== 'received' ? await signReceipt(desk, order, delivery, sealed, root) : undefined;
  if (order.withReceipt) pulls.forget();
  if (!order.keepAge) await rm(ageFile, { force: true });
  return {
    delivery,
    file: order.output,
    ...(order.keepAge ? { ageFile } : {}),
    rows: sealed.rows,
    sizeBytes: opened.sizeBytes,
    ciphertextSha256: sealed.ciphertextSha256,
    plaintextHmac: sealed.plaintextHmac,
    deliveredAt: sealed.index,
    ...(receiptAt === undefined ? {} : { receiptAt }),
  };
}

/** Whether a pull into this file was begun before, so that the file belongs to it. */
export function isBegun(desk: Desk, order: PullOrder): boolean {
  return new Pulls(desk.folder, sameness(desk, order)).begun !== undefined;
}

function sameness(desk: Desk, { right, items, rows, format, version, output }: PullOrder) {
  return {
    server: desk.session.server,
    right: right.id,
    items: [...items],
    rows,
    format,
    version,
    output: resolve(output),
  } as Parameters<typeof encodeCanonical>[0];
}

// The identities are read first of all: a pull counts against the quota, and rows that nobody here can decrypt are of no use.
async function identitiesFor(desk: Desk, files: readonly string[]): Promise<string[]> {
  const { department } = await desk.client.call(routes.me, {});
  const { recipients } = await desk.client.call(routes.department, { params: { code: department } });
  const inForce = recipients.filter((one) => one.endedAt === undefined).map((one) => one.recipient);
  const paths =
    files.length > 0
      ? files
      : desk.env['QUANLIAN_IDENTITY']
        ? [desk.env['QUANLIAN_IDENTITY']]
        : desk.places.identityFiles(inForce);
  if (paths.length === 0)
    throw new Stop(
      'usage',
      'no-identity',
      { zh: '需要本部门的 age 身份文件才能解密。', en: 'To decrypt, an age identity of your department is needed.' },
      { zh: '用 --identity 文件 指明。', en: 'Name its file with --identity FILE.' },
    );
  const identities = (await Promise.all(paths.map(readIdentities))).flat();
  if (!identities.some((one) => inForce.includes(one.recipient)))
    throw new Stop('refused', 'identity-not-recipient', {
      zh: `所给身份都不是本部门（${department}）有效的接收公钥，解不开将收到的数据，未提取。`,
      en: `None of the identities is a recipient in force of your department (${department}): what comes could not be opened, so nothing was pulled.`,
    });
  return identities.map((one) => one.identity);
}

async function ask(desk: Desk, order: PullOrder, pulls: Pulls): Promise<string> {
  const { right, items, rows, format, version, keyFile } = order;
  const begun = pulls.begun;
  const id = begun?.pull ?? randomId();
  if (begun)
    desk.out.note({ zh: `继续未完成的提取 ${id.slice(0, 8)}。`, en: `Going on with the pull ${id.slice(0, 8)} that was begun.` });
  // Remembered before it is asked for: a crash in between costs an id, not a second delivery.
  else pulls.keep({ pull: id, at: new Date().toISOString() });
  desk.progress.begin({ zh: '请求提取', en: 'Asking for the data' });
  const body = { pull: id, items: [...items], rows, format, version };
  const { delivery, proposal } = await desk.client.call(routes.pull, { params: { id: right.id }, body });
  const expected: Body<'pull.signed'> = {
    right: right.id,
    dataset: right.dataset,
    items: [...items],
    rows,
    format,
    version,
    purpose: proposal.statement.type === 'pull.signed' ? proposal.statement.body.purpose : { basis: '', scenario: '' },
  };
  const expect = (statement: Statement) => {
    checkSays(statement, 'pull.signed', expected);
    if (statement.id !== id || delivery !== id) throw notAsAsked();
    checkPurpose(proposal.texts, expected.purpose, right.purpose);
  };
  expect(proposal.statement);
  let current = proposal;
  if (current.state === 'awaiting-signature') {
    desk.progress.finish();
    current = await signProposal(desk, current, await openKey(desk, keyFileOrStop(desk, current.statement, keyFile)), {
      yes: true,
      expect,
      ...(order.trust ? { trust: order.trust } : {}),
    });
  }
  current = await untilSealed(desk, current, order.timeoutMs);
  if (current.state === 'rejected' || current.state === 'returned') pulls.forget();
  checkNotRejected(current);
  if (current.state !== 'sealed') throw stillWaiting();
  return id;
}

function keyFileOrStop(desk: Desk, statement: Statement, named: string | undefined): string {
  const path = named ?? desk.env['QUANLIAN_KEY'] ?? desk.places.keyFile(statement.keyId);
  if (path) return path;
  throw new Stop(
    'usage',
    'no-key-file',
    {
      zh: `本部门自持签名密钥 ${statement.keyId}，提取须用它签名。`,
      en: `Your department holds its key ${statement.keyId} itself: the pull must be signed with it.`,
    },
    { zh: '用 --key 文件 指明，再次运行即继续。', en: 'Name it with --key FILE; run again to go on.' },
  );
}

// What the exchange prepared to be signed must be what this command asked for, to the letter.
function checkSays<T extends 'pull.signed' | 'receipt.signed'>(statement: Statement, type: T, body: Body<T>): void {
  const same = statement.type === type && encodeCanonical(statement.body).equals(encodeCanonical(body));
  if (!same) throw notAsAsked();
}

function checkPurpose(
  texts: Readonly<Record<string, { text: string }>>,
  sealed: { basis: string; scenario: string },
  granted: RightView['purpose'],
): void {
  const says = (commitment: string, text: string) => texts[commitment]?.text === text;
  if (!says(sealed.basis, granted.basis) || !says(sealed.scenario, granted.scenario)) throw notAsAsked();
}

function notAsAsked(): Stop {
  return new Stop('verification', 'not-as-asked', {
    zh: '平台备好的签署记录与所要求的不一致，未签名、未接收。',
    en: 'The statement that the exchange prepared does not say what was asked; nothing was signed or received.',
  });
}

async function fetchPayload(desk: Desk, delivery: string, sealed: SealedDelivery, ageFile: string): Promise<void> {
  // A whole file may lie there from an earlier run, or from an earlier pull into the same file.
  if (existsSync(ageFile) && (await digestOfFile(desk, ageFile)) === sealed.ciphertextSha256) return;
  const part = `${ageFile}.part`;
  await download(desk, { delivery, sha256: sealed.ciphertextSha256, sizeBytes: sealed.sizeBytes }, part);
  await rename(part, ageFile);
}

async function openPayload(
  desk: Desk,
  order: PullOrder,
  sealed: SealedDelivery,
  delivery: string,
  identities: readonly string[],
  ageFile: string,
): Promise<{ rows: number; sizeBytes: number }> {
  const { key } = await desk.client.call(routes.deliveryKey, { params: { id: delivery } });
  const plaintextHmacKey = Buffer.from(key, 'base64url');
  desk.progress.begin({ zh: '核对、解密', en: 'Checking and decrypting' });
  try {
    return await openDelivery({
      ciphertextPath: ageFile,
      identities,
      expected: sealed,
      plaintextHmacKey,
      output: order.output,
      onProgress: (done, total) => desk.progress.at(done, total, sizeText),
      signal: desk.signal,
    });
  } catch (error) {
    // A file that does not match is not worth keeping, and would only be met again by the next run.
    if ((error as { code?: string }).code === 'digest-mismatch') await rm(ageFile, { force: true });
    throw error;
  } finally {
    desk.progress.finish();
  }
}

async function signReceipt(
  desk: Desk,
  order: PullOrder,
  delivery: string,
  sealed: SealedDelivery,
  root: TrustRoot,
): Promise<number | undefined> {
  const { right } = order;
  const { ciphertextSha256, plaintextHmac, rows } = sealed;
  desk.progress.begin({ zh: '签署回执', en: 'Signing the receipt' });
  const received = { ciphertextSha256, plaintextHmac, rows };
  let proposal = await desk.client.call(routes.signReceipt, { params: { id: delivery }, body: received });
  const expect = (statement: Statement) => {
    checkSays(statement, 'receipt.signed', { delivery, right: right.id, dataset: right.dataset, ...received });
    if (statement.origin !== root.origin) throw notAsAsked();
  };
  expect(proposal.statement);
  if (proposal.state === 'awaiting-signature') {
    const key = await openKey(desk, keyFileOrStop(desk, proposal.statement, order.keyFile));
    proposal = await signProposal(desk, proposal, key, { yes: true, expect, ...(order.trust ? { trust: order.trust } : {}) });
  }
  proposal = await untilSealed(desk, proposal);
  checkNotRejected(proposal);
  desk.progress.finish();
  return proposal.index;
}

/** The format to pull: the one named, the one that the output's name tells if it was granted, or the first granted. */
export function formatFor(right: RightView, output: string, named: { format?: Format; excel?: boolean }): Format {
  const wanted = named.format ?? (named.excel ? 'csv-bom' : undefined);
  if (wanted) return wanted;
  const byName: [RegExp, readonly Format[]][] = [
    [/\.csv$/i, ['csv', 'csv-bom']],
    [/\.parquet$/i, ['parquet']],
    [/\.(jsonl|ndjson)$/i, ['jsonl']],
  ];
  const [, candidates] = byName.find(([pattern]) => pattern.test(output)) ?? [];
  const found = candidates ? candidates.find((format) => right.formats.includes(format)) : right.formats[0];
  if (found) return found;
  throw usage(
    `未授予该格式；已授予：${right.formats.join('、')}。`,
    `That format was not granted; granted: ${right.formats.join(', ')}.`,
  );
}
