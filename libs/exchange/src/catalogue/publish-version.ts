import { refuse, Refusal, newStatementId, type StatedForm, type UploadView } from '#contracts';
import { ageDecryptor, generateAgeIdentity, hmacSha256Hex, randomId, randomKey } from '#crypto';
import { PayloadMissing, runIngest, type IngestedVersion } from '#delivery';
import type { Readable } from 'node:stream';
import { requireRole, type Actor } from '../actor.js';
import { instantNow, type ExchangeContext } from '../context.js';
import { keepVersionSecrets, type DataPlane } from '../data-plane.js';
import type { Found, Upload } from '../ports.js';
import { propose } from '../proposing.js';
import { ReadProposals } from '../proposals/proposals.js';
import { ownDataset } from './datasets.js';
import { openEntries } from './entry-prose.js';

const reportEveryMs = 500;

export interface PublishRequest {
  readonly dataset: string;
  readonly fileName: string;
  readonly sha256?: string | undefined;
  /** The caller's own id for this upload, so that it can watch the progress. */
  readonly upload?: string | undefined;
  readonly noSecrets: boolean;
  readonly leaveOutFaulty?: boolean | undefined;
  /** What the publisher says of the file's form. */
  readonly form: StatedForm;
  /** An earlier try may have begun with the same id, and its process ended. */
  readonly isAnotherTry?: boolean;
}

/**
 * Publishes a version from a file that streams in: checked row by row in a process of its own, stored as encrypted parts, then
 * proposed to the ledger. When anything is wrong nothing is kept.
 */
export class PublishVersion {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** What can be said before the file is there. Throws Refusal not-allowed, unknown, bad-input, file-name-is-path. */
  async check(actor: Actor, request: Pick<PublishRequest, 'dataset' | 'fileName' | 'noSecrets'>): Promise<Found<'dataset'>> {
    requireRole(actor, 'steward');
    if (!request.noSecrets) throw refuse('bad-input', { field: 'noSecrets' }, { field: 'noSecrets' });
    if (/[/\\\0]|^\.\.?$/.test(request.fileName)) throw refuse('file-name-is-path', {}, { field: 'fileName' });
    return this.context.transactions.run((stores) => ownDataset(stores, actor, request.dataset));
  }

  /** Throws Refusal: what `check` does; file-…, csv-…, sheet-found; value-… and rows-faulty with line and item. */
  async execute(actor: Actor, request: PublishRequest, source: Readable, signal: AbortSignal): Promise<UploadView> {
    const dataset = await this.check(actor, request);
    const upload: Upload = {
      id: request.upload ?? randomId(),
      dataset: request.dataset,
      person: actor.person,
      department: actor.department,
      fileName: request.fileName,
      state: 'receiving',
      bytes: 0,
      rows: 0,
      updatedAt: instantNow(this.context),
    };
    await this.context.transactions.run(async (stores) => {
      const isUsed = (await stores.uploads.get(upload.id)) ?? (await stores.arrivals.get(upload.id));
      if (isUsed && !request.isAnotherTry) throw refuse('already-exists', { what: upload.id }, { field: 'upload' });
      await stores.uploads.put(upload);
    });
    const faulty = await this.placeForFaultyRows(upload.id);
    try {
      return await this.receive(actor, dataset, request, upload, source, signal, faulty);
    } catch (error) {
      const problem = (error instanceof Refusal ? error : refuse(signal.aborted ? 'upload-cut' : 'preparer-failed')).toProblem();
      await this.report({ ...upload, state: 'failed', problem, ...(problem.violations ? { faultyObject: faulty.name } : {}) });
      throw error;
    }
  }

  private async receive(
    actor: Actor,
    dataset: Found<'dataset'>,
    request: PublishRequest,
    upload: Upload,
    source: Readable,
    signal: AbortSignal,
    faulty: { readonly name: string; readonly recipient: string },
  ): Promise<UploadView> {
    const key = await generateAgeIdentity();
    let reportedAt = 0;
    let reporting = Promise.resolve();
    const ingested = await runIngest(
      {
        ...this.data.jobs,
        items: dataset.state.entry.items,
        recipient: key.recipient,
        partsPrefix: randomId(),
        form: request.form,
        leaveOutFaulty: request.leaveOutFaulty === true,
        faultyObject: faulty,
        ...(request.sha256 === undefined ? {} : { announcedSha256: request.sha256 }),
      },
      source,
      {
        signal,
        onProgress: (progress) => {
          if (Date.now() - reportedAt < reportEveryMs) return;
          reportedAt = Date.now();
          reporting = reporting
            .then(() => this.report({ ...upload, bytes: progress.done, rows: progress.rows }))
            .catch(() => undefined);
        },
      },
    );
    await reporting;
    const { detected, leftOut } = ingested;
    const told = { ...upload, detected, ...(leftOut ? { leftOut, faultyObject: faulty.name } : {}) };
    return this.proposeVersion(actor, dataset, told, ingested, key.identity, key.recipient);
  }

  /** An object of its own for the rows that do not fit, under a key of its own; most uploads never write it. */
  private async placeForFaultyRows(upload: string): Promise<{ readonly name: string; readonly recipient: string }> {
    const { identity, recipient } = await generateAgeIdentity();
    const secret = faultyRowsSecret(upload);
    await this.context.transactions.run((stores) =>
      stores.secrets.put(secret, this.context.vault.seal(secret, Buffer.from(identity, 'utf8'))),
    );
    return { name: randomId(), recipient };
  }

  // A crash before this transaction commits leaves parts that nothing names: the sweep of orphans removes them.
  private async proposeVersion(
    actor: Actor,
    dataset: Found<'dataset'>,
    upload: Upload,
    ingested: IngestedVersion,
    identity: string,
    recipient: string,
  ): Promise<UploadView> {
    const version = newStatementId();
    const commitmentKey = randomKey();
    const done = {
      ...upload,
      bytes: ingested.sizeBytes,
      rows: ingested.rows,
      fileSha256: ingested.fileSha256,
      contentDigest: ingested.contentDigest,
    };
    const proposal = await this.context.transactions.run(async (stores) => {
      const [entry] = await openEntries(stores, [dataset.state.entry]);
      if (!entry) throw refuse('unknown');
      await stores.versions.add({
        version,
        recipient,
        entry,
        contentDigest: ingested.contentDigest,
        fileSha256: ingested.fileSha256,
        fileName: upload.fileName,
        parts: ingested.parts,
      });
      await keepVersionSecrets(this.context, stores, version, { identity, commitmentKey });
      const proposed = await propose(this.context, stores, actor, {
        type: 'version.published',
        id: version,
        issuer: actor.department,
        after: dataset.state.last,
        body: {
          dataset: dataset.id,
          number: dataset.state.versions + 1,
          rows: ingested.rows,
          commitment: hmacSha256Hex(commitmentKey, Buffer.from(ingested.contentDigest, 'hex')),
          schemaDigest: ingested.schemaDigest,
          parts: ingested.parts.length,
          ...(ingested.leftOut ? { leftOut: ingested.leftOut.rows } : {}),
          noSecrets: true,
        },
        sentence: {
          zh: `发布「${entry.title}」第 ${dataset.state.versions + 1} 版，共 ${ingested.rows} 行${ingested.leftOut ? `，另剔除不合格 ${ingested.leftOut.rows} 行` : ''}`,
          en: `Publish version ${dataset.state.versions + 1} of ${entry.title}, ${ingested.rows} rows${ingested.leftOut ? `; ${ingested.leftOut.rows} that do not fit are left out` : ''}`,
        },
      });
      await stores.uploads.put({ ...done, state: 'proposed', proposal: version, updatedAt: instantNow(this.context) });
      return proposed;
    });
    const view = await new ReadProposals(this.context).show(proposal);
    return { ...shownUpload(done), state: 'proposed', proposal: view };
  }

  private report(upload: Upload): Promise<void> {
    return this.context.transactions.run((stores) => stores.uploads.put({ ...upload, updatedAt: instantNow(this.context) }));
  }
}

const faultyRowsSecret = (upload: string): string => `faulty-rows:${upload}`;

/** The rows of an upload that do not fit, as a workbook; for the department that sent it alone. */
export class ReadFaultyRows {
  constructor(
    private readonly context: ExchangeContext,
    private readonly data: DataPlane,
  ) {}

  /** Throws Refusal unknown, faulty-rows-gone. */
  async execute(actor: Actor, id: string): Promise<Readable> {
    requireRole(actor, 'steward');
    const { object, sealed } = await this.context.transactions.run(async (stores) => {
      const upload = await stores.uploads.get(id);
      if (!upload?.faultyObject || upload.department !== actor.department) throw refuse('unknown');
      return { object: upload.faultyObject, sealed: await stores.secrets.get(faultyRowsSecret(id)) };
    });
    if (!sealed) throw refuse('faulty-rows-gone');
    await this.data.store.size(object).catch((error: unknown) => {
      throw error instanceof PayloadMissing ? refuse('faulty-rows-gone') : error;
    });
    const identity = this.context.vault.open(faultyRowsSecret(id), sealed).toString('utf8');
    const decryptor = await ageDecryptor([identity]);
    return this.data.store
      .read(object)
      .on('error', (error) => decryptor.destroy(error))
      .pipe(decryptor);
  }
}

/** An upload as it may be seen, without its proposal. */
export function shownUpload(upload: Upload): Omit<UploadView, 'proposal'> {
  const { person: _person, department: _department, updatedAt: _updatedAt, proposal: _proposal, faultyObject, ...view } = upload;
  return { ...view, ...(faultyObject === undefined ? {} : { hasFaultyRows: true }) } as Omit<UploadView, 'proposal'>;
}
