import { Injectable, type OnApplicationShutdown, type BeforeApplicationShutdown } from '@nestjs/common';
import { seesEverything, type Actor } from '#exchange';
import type { Change } from '#postgres';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';

/** Whoever hears nothing for longer knows that something between keeps our words, or that the line is dead. */
const heartbeatMs = 15_000;
/** How often at most people are told of the log as a whole. */
const logEveryMs = 500;
/** A reader that does not read is cut, not buffered for; it connects again and reads the objects anew. */
const bufferLimitBytes = 256 * 1024;

/** Server-sent events: which objects changed, to those who may know of them. The objects themselves are read through the API. */
@Injectable()
export class EventStreams implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly streams = new Map<ServerResponse, Actor>();
  /** News of the log that goes out in a moment, and when it went out last. */
  private readonly owed = new Map<string, NodeJS.Timeout>();
  private readonly toldAtMs = new Map<string, number>();
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

  /**
   * To everybody: more of the log is witnessed, or sealing or a witness stopped or goes on. At most once in a while: a busy log is
   * witnessed several times a second.
   */
  tellOfLog(id: 'witnessed' | 'standing'): void {
    if (this.owed.has(id)) return;
    const waitMs = Math.max(0, (this.toldAtMs.get(id) ?? -Infinity) + logEveryMs - performance.now());
    const tell = () => {
      this.owed.delete(id);
      this.toldAtMs.set(id, performance.now());
      for (const raw of this.streams.keys()) this.send(raw, `data: ${JSON.stringify({ kind: 'log', id })}\n\n`);
    };
    this.owed.set(id, setTimeout(tell, waitMs).unref());
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
    for (const timer of this.owed.values()) clearTimeout(timer);
  }

  private beat(): void {
    for (const raw of this.streams.keys()) this.send(raw, ': \n\n');
  }

  private send(raw: ServerResponse, text: string): void {
    if (raw.writableLength > bufferLimitBytes) raw.destroy();
    else raw.write(text);
  }
}
