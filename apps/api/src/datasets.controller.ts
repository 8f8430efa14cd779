import { Controller, Inject, Req, Res } from '@nestjs/common';
import { routes, statedForm, shortId, type Given } from '#contracts';
import {
  ChangeDataset,
  CountRows,
  EnterDataset,
  PublishVersion,
  ReadDatasets,
  ReadFaultyRows,
  ReadProposals,
  ReadReport,
  type Actor,
} from '#exchange';
import { Caller, Sent, Serves } from '#nest';
import type { AuditLog } from '#postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { AUDIT_LOG } from './tokens.js';

/** The catalogue and its versions. */
@Controller()
export class DatasetsController {
  constructor(
    @Inject(ReadDatasets) private readonly read: ReadDatasets,
    @Inject(EnterDataset) private readonly enterDataset: EnterDataset,
    @Inject(ChangeDataset) private readonly changeDataset: ChangeDataset,
    @Inject(PublishVersion) private readonly publishVersion: PublishVersion,
    @Inject(ReadReport) private readonly readReport: ReadReport,
    @Inject(ReadFaultyRows) private readonly readFaultyRows: ReadFaultyRows,
    @Inject(CountRows) private readonly countRows: CountRows,
    @Inject(AUDIT_LOG) private readonly auditLog: AuditLog,
    @Inject(ReadProposals) private readonly proposals: ReadProposals,
  ) {}

  @Serves(routes.datasets)
  datasets(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.datasets>) {
    const { limit, cursor, ...filter } = query;
    return this.read.list(actor, filter, { limit, ...(cursor === undefined ? {} : { cursor }) });
  }

  @Serves(routes.dataset)
  dataset(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.dataset>) {
    return this.read.get(actor, params.id);
  }

  @Serves(routes.enterDataset)
  async enter(@Caller() actor: Actor, @Sent() { body }: Given<typeof routes.enterDataset>) {
    return this.proposals.show(await this.enterDataset.execute(actor, body.entry));
  }

  @Serves(routes.changeDataset)
  async change(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.changeDataset>) {
    return this.proposals.show(await this.changeDataset.execute(actor, params.id, body.entry));
  }

  @Serves(routes.versions)
  async versions(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.versions>) {
    return { items: await this.read.versions(actor, params.id) };
  }

  @Serves(routes.versionReport)
  report(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.versionReport>) {
    return this.readReport.execute(actor, params.id, params.version);
  }

  @Serves(routes.publishVersion)
  async publish(
    @Caller() actor: Actor,
    @Sent() { params, query }: Given<typeof routes.publishVersion>,
    @Req() request: FastifyRequest,
  ) {
    const cut = new AbortController();
    request.raw.once('aborted', () => cut.abort());
    return this.publishVersion.execute(actor, publication(params.id, query), request.body as Readable, cut.signal);
  }

  // Who asks again and again may be after somebody: every count is written down before it is told.
  @Serves(routes.countRows)
  async count(@Caller() actor: Actor, @Sent() { params, body }: Given<typeof routes.countRows>) {
    const told = await this.countRows.execute(actor, params.id, body.rows);
    await this.auditLog.write({
      at: new Date().toISOString(),
      person: actor.person,
      department: actor.department,
      action: `${routes.countRows.method} ${routes.countRows.path}`,
      code: 'counted',
      details: { dataset: params.id, scope: JSON.stringify(body.rows), ...told },
    });
    return told;
  }

  @Serves(routes.faultyRows)
  async faultyRows(
    @Caller() actor: Actor,
    @Sent() { params }: Given<typeof routes.faultyRows>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const file = await this.readFaultyRows.execute(actor, params.id);
    await reply
      .header('content-type', routes.faultyRows.produces)
      .header('content-disposition', `attachment; filename="faulty-rows-${shortId(params.id)}.xlsx"`)
      .send(file);
  }
}

function publication(dataset: string, query: Given<typeof routes.publishVersion>['query']) {
  const { fileName, sha256, upload, noSecrets, leaveOutFaulty } = query;
  return { dataset, fileName, sha256, upload, noSecrets, leaveOutFaulty, form: statedForm(query) };
}
