import { CallError, refuse, routes, type Statement } from '#contracts';
import { encodeCanonical } from '#crypto';
import { openDelivery } from '#delivery';
import { checkDeliveryManifest, openDeliveryManifest, type SealedDelivery, type TrustRoot } from '#ledger';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { readIdentities } from '../keys/identity-file.js';
import { digestOfFile } from '../publish/send-file.js';
import { checkNotRejected, untilSealed } from '../sign/outcome.js';
import { openKey, signProposal } from '../sign/sign-proposal.js';
import { writeWhole } from '../store/folder.js';
import type { Pulls } from '../store/pulls.js';
import { sizeText } from '../terminal/progress.js';
import { download } from './download.js';
import { sealedDelivery } from './sealed.js';
import { checkReady, untilOver } from './wait.js';

/** Where what is received goes, and how it is opened and signed for. */
export interface ReceiveOptions {
  readonly output: string;
  readonly identityFiles: readonly string[];
  readonly keyFile?: string | undefined;
  readonly trust?: string | undefined;
  readonly keepAge: boolean;
  /** Keeps the delivery's manifest beside the rows. */
  readonly withManifest: boolean;
  readonly withReceipt: boolean;
  /** Whether a file of somebody's may be replaced by what is received. */
  readonly force: boolean;
  readonly timeoutMs: number;
}
/** A delivery that is to be received. */
export interface ReceiveOrder extends ReceiveOptions {
  readonly delivery: string;
  readonly right: string;
  readonly dataset: string;
}
export interface PulledData {
  readonly delivery: string;
  readonly file: string;
  readonly ageFile?: string;
  readonly manifestFile?: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly ciphertextSha256: string;
  readonly plaintextHmac: string;
  /** Entries of the ledger: what was delivered, and the receipt. */
  readonly deliveredAt: number;
  readonly receiptAt?: number;
}

export type Body<T extends 'pull.signed' | 'receipt.signed'> = Statement<T>['body'];

/**
 * Receives a delivery: wait, download, match to the sealed delivery, decrypt, check, sign the receipt. `pulls` remembers how far it is, so
 * a run that was cut short goes on from there. Throws Stop, Refusal, CallError.
 */
export async function receive(
  desk: Desk,
  order: ReceiveOrder,
  pulls: Pulls,
  { root, identities }: { readonly root: TrustRoot; readonly identities: readonly string[] },
): Promise<PulledData> {
  const { delivery, output } = order;
  const view = await untilOver(desk, delivery, order.timeoutMs);
  // What has ended is not taken up again: the next run asks anew.
  if (view.state !== 'prepared' && view.state !== 'received') pulls.forget();
  checkReady(view);

  const sealed = await sealedDelivery(desk, delivery, root);
  const ageFile = `${output}.age`;
  // This command's own, under a name that nobody else gives: an age file that lies beside it is a person's and is only read.
  const part = `${ageFile}.part`;
  const begun = pulls.begun;
  let opened = existsSync(output) ? begun?.opened : undefined;
  const wantsAge = order.keepAge || !opened;
  const isThere = wantsAge && existsSync(ageFile) && (await digestOfFile(desk, ageFile)) === sealed.ciphertextSha256;
  // A run before this one may not have been told to keep it, and whatever lies there by now is not that run's.
  if (order.keepAge && !isThere && !order.force && existsSync(ageFile)) throw exists(ageFile);
  if (wantsAge && !isThere) {
    const payload = { delivery, sha256: sealed.ciphertextSha256, sizeBytes: sealed.sizeBytes };
    await download(desk, payload, part).catch((error: unknown) => {
      if (error instanceof CallError && error.problem?.code === 'payload-gone') pulls.forget();
      throw error;
    });
  }
  try {
    if (!opened) opened = await openPayload(desk, order, sealed, identities, isThere ? ageFile : part);
    else if (wantsAge && !isThere && (await digestOfFile(desk, part)) !== sealed.ciphertextSha256)
      throw refuse('digest-mismatch');
  } catch (error) {
    // What does not match is not worth keeping, and would only be met again by the next run.
    if ((error as { code?: string }).code === 'digest-mismatch') await rm(part, { force: true });
    throw error;
  }
  pulls.keep({ ...begun, pull: delivery, at: new Date().toISOString(), opened });
  if (order.keepAge && !isThere) await keepAgeFile(part, ageFile, order.force);
  // Before the receipt, which disposes of the payload and of the key that the manifest holds.
  // Once that is signed there is none to be had: a run that goes on after it has kept it already.
  const manifestFile = order.withManifest && view.state !== 'received' ? await keepManifest(desk, order, root) : undefined;
  const receiptAt = order.withReceipt && view.state !== 'received' ? await signReceipt(desk, order, sealed, root) : undefined;
  if (order.withReceipt) pulls.forget();
  await rm(part, { force: true });
  return {
    delivery,
    file: output,
    ...(order.keepAge ? { ageFile } : {}),
    ...(manifestFile === undefined ? {} : { manifestFile }),
    rows: sealed.rows,
    sizeBytes: opened.sizeBytes,
    ciphertextSha256: sealed.ciphertextSha256,
    plaintextHmac: sealed.plaintextHmac,
    deliveredAt: sealed.index,
    ...(receiptAt === undefined ? {} : { receiptAt }),
  };
}

/**
 * The secrets of the identity files named, or remembered. Read first of all: a pull counts against the quota, and rows that nobody here
 * can decrypt are of no use. Throws Stop.
 */
export async function identitiesFor(desk: Desk, files: readonly string[]): Promise<string[]> {
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

/** The key file that was named, or is remembered. Throws Stop. */
export function keyFileOrStop(desk: Desk, statement: Statement, named: string | undefined): string {
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

/** What the exchange prepared to be signed must be what this command asked for, to the letter. Throws Stop. */
export function checkSays<T extends 'pull.signed' | 'receipt.signed'>(statement: Statement, type: T, body: Body<T>): void {
  const same = statement.type === type && encodeCanonical(statement.body).equals(encodeCanonical(body));
  if (!same) throw notAsAsked();
}

export function notAsAsked(): Stop {
  return new Stop('verification', 'not-as-asked', {
    zh: '平台备好的签署记录与所要求的不一致，未签名、未接收。',
    en: 'The statement that the exchange prepared does not say what was asked; nothing was signed or received.',
  });
}

/** Gives the ciphertext its name; what has come to lie there since it was looked for stays, unless it may be replaced. Throws Stop. */
async function keepAgeFile(part: string, ageFile: string, force: boolean): Promise<void> {
  // Made first, and only where there is nothing: a rename alone replaces, and not every disk has links.
  if (!force)
    await open(ageFile, 'wx', 0o600).then(
      (file) => file.close(),
      (error: NodeJS.ErrnoException) => Promise.reject(error.code === 'EEXIST' ? exists(ageFile) : error),
    );
  await rename(part, ageFile);
}

/** What a file is refused with that is not this command's to replace. */
export function exists(path: string): Stop {
  return new Stop('file', 'exists', {
    zh: `${path} 已存在；加 --force 覆盖。`,
    en: `${path} exists; --force overwrites it.`,
  });
}

// The bytes as the exchange wrote them, once they are known to be about this delivery and its entries to be signed.
async function keepManifest(desk: Desk, { delivery, output }: ReceiveOrder, root: TrustRoot): Promise<string> {
  const answer = await desk.client.open(routes.deliveryManifest, { params: { id: delivery } }, { signal: desk.signal });
  const text = await answer.text();
  const manifest = openDeliveryManifest(text);
  checkDeliveryManifest(manifest, root);
  if (manifest.delivery !== delivery) throw notAsAsked();
  const path = `${output}.manifest.json`;
  writeWhole(path, text, 0o600);
  return path;
}

async function openPayload(
  desk: Desk,
  { delivery, output }: ReceiveOrder,
  sealed: SealedDelivery,
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
      output,
      onProgress: (done, total) => desk.progress.at(done, total, sizeText),
      signal: desk.signal,
    });
  } finally {
    desk.progress.finish();
  }
}

async function signReceipt(
  desk: Desk,
  order: ReceiveOrder,
  sealed: SealedDelivery,
  root: TrustRoot,
): Promise<number | undefined> {
  const { delivery, right, dataset } = order;
  const { ciphertextSha256, plaintextHmac, rows } = sealed;
  desk.progress.begin({ zh: '签署回执', en: 'Signing the receipt' });
  const received = { ciphertextSha256, plaintextHmac, rows };
  let proposal = await desk.client.call(routes.signReceipt, { params: { id: delivery }, body: received });
  const expect = (statement: Statement) => {
    checkSays(statement, 'receipt.signed', { delivery, right, dataset, ...received });
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
