import { Injectable, type OnApplicationShutdown, type BeforeApplicationShutdown } from '@nestjs/common';
import { seesEverything, type Actor } from '#exchange';
import type { Change } from '#postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';

/** Whoever hears nothing for longer knows that something between keeps our words, or that the line is dead. */
const heartbeatMs = 15_000;
/** A reader that does not read is cut, not buffered for; it connects again and reads the objects anew. */
const bufferLimitBytes = 256 * 1024;

/** Server-sent events: which objects changed, to those who may know of them. The objects themselves are read through the API. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly streams = new Map<ServerResponse, Actor>();
  private readonly heartbeat = setInterval(() => this.beat(), heartbeatMs).unref();

  open(actor: Actor, request: FastifyRequest, reply: FastifyReply): void {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    raw.write('retry: 2000\n\n: \n\n');
    this.streams.set(raw, actor);
    request.raw.once('close', () => this.streams.delete(raw));
  }

  tell(change: Change): void {
    const event = `data: ${JSON.stringify({ kind: change.kind, id: change.id })}\n\n`;
    for (const [raw, actor] of this.streams) {
      if (seesEverything(actor) || change.departments.includes(actor.department)) this.send(raw, event);
    }
  }

  /** Changes may have been missed (the database restarted): everybody reads again what they watch. */
  tellGap(): void {
    for (const raw of this.streams.keys()) this.send(raw, 'event: gap\ndata: {}\n\n');
  }

  // An open stream would hold the server's shutdown up until its reader leaves.
  beforeApplicationShutdown(): void {
    for (const raw of this.streams.keys()) raw.end();
    this.streams.clear();
  }

  onApplicationShutdown(): void {
    clearInterval(this.heartbeat);
  }

  private beat(): void {
    for (const raw of this.streams.keys()) this.send(raw, ': \n\n');
  }

  private send(raw: ServerResponse, text: string): void {
    if (raw.writableLength > bufferLimitBytes) raw.destroy();
    else raw.write(text);
  }
}
