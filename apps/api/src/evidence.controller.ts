import { Readable } from 'node:stream';
import { Controller, Inject, Res } from '@nestjs/common';
import { idSchema, refuse, routes, shortId, type Given } from '#contracts';
import { MakeEvidence, ReadReceipt, type Actor } from '#exchange';
import { evidenceQuestionSchema, type EvidenceQuestion } from '#ledger';
import { Caller, Sent, Serves } from '#nest';
import type { FastifyReply } from 'fastify';

/** What people carry away to prove something elsewhere. */
@Controller()
export class EvidenceController {
  constructor(
    @Inject(MakeEvidence) private readonly makeEvidence: MakeEvidence,
    @Inject(ReadReceipt) private readonly readReceipt: ReadReceipt,
  ) {}

  @Serves(routes.receipt)
  receipt(@Caller() actor: Actor, @Sent() { params }: Given<typeof routes.receipt>) {
    return this.readReceipt.execute(actor, params.id);
  }

  @Serves(routes.evidence)
  async evidence(@Caller() actor: Actor, @Sent() { query }: Given<typeof routes.evidence>, @Res() reply: FastifyReply) {
    const question = questionOf(query);
    const { size, pieces } = await this.makeEvidence.execute(actor, question);
    // An id by its end, an instant by its day.
    const named = Object.entries(question).map(
      ([key, value]) => `${key}-${idSchema.safeParse(value).success ? shortId(value) : value.slice(0, 10)}`,
    );
    const name = ['evidence', ...named, size].join('-');
    // What fails from here on ends the answer in the middle: whoever reads it has no whole bundle, and the format says so.
    void reply
      .type(routes.evidence.produces ?? '')
      .header('content-disposition', `attachment; filename="${name}.zip"`)
      .send(Readable.from(pieces, { objectMode: false }));
  }
}

/** One object, or one period. Throws Refusal `bad-input`. */
function questionOf(query: Given<typeof routes.evidence>['query']): EvidenceQuestion {
  const asked = evidenceQuestionSchema.safeParse(
    Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)),
  );
  if (!asked.success) throw refuse('bad-input', { field: 'right, delivery, dataset, from' });
  return asked.data;
}
