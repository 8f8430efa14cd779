import { Controller, Inject, Req, Res } from '@nestjs/common';
import { Refusal, routes, statedForm, type Given, type UploadView } from '#contracts';
import { ArrivingFiles, ReadUpload, type Actor, type Arrival } from '#exchange';
import { Caller, Sent, Serves } from '#nest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import { bodyLength, checkStretch, countIn, speakTus, tellArrival } from './tus.js';

/** Files that arrive over lines that break: tus 1.0, bound to what they are for. */
@Controller()
export class UploadsController {
  constructor(
    @Inject(ArrivingFiles) private readonly files: ArrivingFiles,
    @Inject(ReadUpload) private readonly readUpload: ReadUpload,
  ) {}

  @Serves(routes.beginVersion)
  beginVersion(
    @Caller() actor: Actor,
    @Sent() { params, query }: Given<typeof routes.beginVersion>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadView> {
    const { fileName, sha256, noSecrets, leaveOutFaulty } = query;
    const said = { fileName, sha256, noSecrets, leaveOutFaulty, form: statedForm(query) };
    return this.begin(actor, { purpose: 'version', dataset: params.id, id: query.upload, said }, request, reply);
  }

  @Serves(routes.beginKeyList)
  beginKeyList(
    @Caller() actor: Actor,
    @Sent() { params, query }: Given<typeof routes.beginKeyList>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UploadView> {
    const { upload: id, ...said } = query;
    return this.begin(actor, { purpose: 'key-list', dataset: params.id, id, said }, request, reply);
  }

  // Before `upload`: the framework would make a HEAD of that GET.
  @Serves(routes.uploadOffset)
  async offset(
    @Caller() actor: Actor,
    @Sent() { params }: Given<typeof routes.uploadOffset>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    speakTus(request, reply);
    tellArrival(reply, await this.files.offset(actor, params.id));
  }

  @Serves(routes.upload)
  upload(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.upload>) {
    return this.readUpload.execute(actor, params.id);
  }

  @Serves(routes.appendUpload)
  async append(
    @Caller() actor: Actor,
    @Sent() { params }: Given<typeof routes.appendUpload>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    speakTus(request, reply);
    checkStretch(request, routes.appendUpload);
    tellArrival(reply, await this.add(actor, params.id, countIn(request, 'upload-offset'), request, reply));
  }

  @Serves(routes.cancelUpload)
  async cancel(
    @Caller() actor: Actor,
    @Sent() { params }: Given<typeof routes.cancelUpload>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    speakTus(request, reply);
    await this.files.cancel(actor, params.id);
  }

  private async begin(
    actor: Actor,
    about: Parameters<ArrivingFiles['begin']>[1],
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<UploadView> {
    speakTus(request, reply);
    const hasBody = request.body !== undefined && request.body !== null;
    if (hasBody) checkStretch(request, routes.beginVersion);
    let arrival = await this.files.begin(actor, about, countIn(request, 'upload-length'));
    reply.header('location', routes.upload.path.replace(':id', arrival.id));
    if (hasBody) arrival = await this.add(actor, arrival.id, 0, request, reply);
    tellArrival(reply, arrival);
    return this.readUpload.execute(actor, arrival.id);
  }

  private async add(actor: Actor, id: string, offset: number, request: FastifyRequest, reply: FastifyReply): Promise<Arrival> {
    try {
      return await this.files.append(actor, id, offset, request.body as Readable, bodyLength(request));
    } catch (error) {
      // Whoever is wrong about the offset goes on from the right one at once.
      const right = error instanceof Refusal && error.code === 'upload-offset' ? error.details['offset'] : undefined;
      if (typeof right === 'number') reply.header('upload-offset', right);
      throw error;
    }
  }
}
