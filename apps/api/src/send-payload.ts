import { Inject, Injectable } from '@nestjs/common';
import { drained } from '#delivery';
import { chunkBytes, ServedBytes, type DataPlane, type ExchangeContext, type OpenedPayload, type RightGate } from '#exchange';
import { Metrics } from '#nest';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import { readRange, type Stretch } from './byte-range.js';
import { CONTEXT, DATA_PLANE, GATE } from './tokens.js';

/**
 * Hands a payload to a socket in chunks of at most 64 KiB. Before each, the gate of the right is passed: while a chunk is handed over
 * no end of the right can commit, and after such a commit no chunk is (promise 8). The gate is never held while the network is slow.
 */
@Injectable()
export class SendPayload {
  constructor(
    @Inject(CONTEXT) private readonly context: ExchangeContext,
    @Inject(DATA_PLANE) private readonly data: DataPlane,
    @Inject(GATE) private readonly openGate: () => Promise<RightGate & { close(): Promise<void> }>,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  async execute(
    delivery: string,
    person: string,
    payload: OpenedPayload,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const etag = `"${payload.sha256}"`;
    const stretch = readRange(request.headers, payload.sizeBytes, etag);
    const served = new ServedBytes(this.context, delivery, person);
    // The download is on record before its first byte can leave: if the database cannot be written, nothing is sent.
    await served.start();
    reply.hijack();
    const { raw } = reply;
    // Of a connection that is gone: whether it is, is looked at before every chunk.
    raw.on('error', () => undefined);
    raw.writeHead(stretch.isPartial ? 206 : 200, {
      ...Object.fromEntries(Object.entries(reply.getHeaders()).filter(([, value]) => value !== undefined)),
      'content-type': 'application/age',
      'content-length': stretch.end - stretch.start + 1,
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'content-disposition': `attachment; filename="${delivery}.age"`,
      'repr-digest': `sha-256=:${Buffer.from(payload.sha256, 'hex').toString('base64')}:`,
      etag,
      ...(stretch.isPartial ? { 'content-range': `bytes ${stretch.start}-${stretch.end}/${payload.sizeBytes}` } : {}),
    });
    let isWhole = false;
    try {
      isWhole = await this.send(delivery, payload, stretch, served, raw);
    } finally {
      // A cut connection, an ended right or a failed read: the client sees too few bytes, never a whole-looking file.
      if (isWhole) raw.end();
      else raw.destroy();
      await served.end(isWhole && stretch.end === payload.sizeBytes - 1);
    }
  }

  /** True when all bytes were handed over. */
  private async send(
    delivery: string,
    payload: OpenedPayload,
    stretch: Stretch,
    served: ServedBytes,
    raw: ServerResponse,
  ): Promise<boolean> {
    const gate = await this.openGate();
    const source = this.data.store.read(payload.objectName, { start: stretch.start, end: stretch.end });
    try {
      for await (const buffer of source as AsyncIterable<Buffer>) {
        for (let at = 0; at < buffer.length; at += chunkBytes) {
          const chunk = buffer.subarray(at, at + chunkBytes);
          await served.count(chunk.length);
          if (raw.destroyed) return false;
          const isOpen = await gate.whileOpen({ right: payload.right, delivery, grantee: payload.grantee }, () => {
            raw.write(chunk);
          });
          if (!isOpen) {
            served.takeBack(chunk.length);
            return false;
          }
          this.metrics.servedBytes.inc(chunk.length);
          await drained(raw);
          if (raw.destroyed) return false;
        }
      }
      return true;
    } finally {
      source.destroy();
      await gate.close();
    }
  }
}
