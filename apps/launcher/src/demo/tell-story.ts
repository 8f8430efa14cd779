import { setTimeout as sleep } from 'node:timers/promises';
import {
  CallError,
  newStatementId,
  routes,
  type ProposalView,
  type RequestView,
  type Sent,
  type StatementType,
} from '#contracts';
import { carryOut, inParallel, type Act, type Loading } from './carry-out.js';
import type { City } from './city.js';
import { competentKey, loginOf } from './departments.js';
import { publish, type DatasetIds, type Uploads } from './publish-registers.js';
import { receive, waitForDelivery } from './receive.js';
import { registerOf } from './registers/index.js';
import { day, year, type Affair, type Asking, type Fate, type Step } from './story/steps.js';
import { story } from './story/story.js';

type DecisionBody = Sent<typeof routes.decideRequest>['body'];

/** Carries out the whole story through the API, each step as the person whose step it is. */
export async function tellStory(
  loading: Loading,
  city: City,
  datasets: DatasetIds,
  uploads: Uploads,
  onAffair: (done: number, of: number) => void,
): Promise<void> {
  const affairs = story(city);
  let done = 0;
  await inParallel(6, affairs, async (affair) => {
    await new Telling(loading, city, datasets, uploads, affair).tell();
    onAffair(++done, affairs.length);
  });
}

const minuteMs = 60_000;
const instantIn = (minutes: number) => new Date(Date.now() + minutes * minuteMs).toISOString();
const dateIn = (days: number) => new Date(Date.now() + days * day * minuteMs).toISOString().slice(0, 10);

/** One request and what became of it. */
class Telling {
  private request = '';
  private right = '';
  private readonly requester: string;
  private readonly steward: string;

  constructor(
    private readonly loading: Loading,
    private readonly city: City,
    private readonly datasets: DatasetIds,
    private readonly uploads: Uploads,
    private readonly affair: Affair,
  ) {
    this.requester = loginOf(affair.asking.from, 'requester');
    this.steward = loginOf(registerOf(affair.asking.dataset).provider, 'steward');
  }

  async tell(): Promise<void> {
    const { key, asking, refused, unapproved, steps } = this.affair;
    if (refused !== undefined) return this.expectRefusal(refused);
    this.request = await carryOut(this.loading, {
      key: `request:${key}`,
      by: this.requester,
      type: 'request.submitted',
      matches: ({ body }, texts) => body.dataset === this.dataset && texts.includes(asking.scenario),
      prepare: () => this.ask(),
      ...(unapproved ? { until: 'prepared' } : {}),
    });
    for (const [i, step] of steps.entries()) await this.take(step, `${key}:${i + 1}:${step.do}`);
  }

  private get dataset(): string {
    return this.datasets[this.affair.asking.dataset];
  }

  private ask(): Promise<ProposalView> {
    return this.loading.desks.call(this.requester, routes.submitRequest, {
      body: { dataset: this.dataset, asked: this.asked() },
    });
  }

  private asked() {
    const { basis, scenario, items, rows, formats, term, quota }: Asking = this.affair.asking;
    return {
      purpose: { basis, scenario },
      items: [...items],
      rows: rows ?? ({ op: 'all' } as const),
      method: 'file' as const,
      formats: [...(formats ?? (['csv', 'parquet'] as const))],
      window: { from: instantIn(term?.from ?? 0), until: instantIn(term?.until ?? year) },
      quota: quota ?? { pulls: 12, rows: 1_000_000, pullsPerDay: 4 },
    };
  }

  private async expectRefusal(code: string): Promise<void> {
    await this.loading.journal.once(`refused:${this.affair.key}`, async () => {
      try {
        await this.ask();
      } catch (error) {
        if (error instanceof CallError && error.problem?.code === code) return;
        throw error;
      }
      throw new Error(`${this.affair.key} should have been refused with ${code}`);
    });
  }

  private async take(step: Step, key: string): Promise<void> {
    switch (step.do) {
      case 'agree':
      case 'agree-in-part': {
        const granted = await this.decide(step, key, 'right.granted', this.agreement(step));
        if (!step.unapproved) this.right = granted;
        return;
      }
      case 'ask-supplement':
        await this.decide(step, key, 'request.supplement-asked', { decision: 'supplement', missing: step.missing });
        return;
      case 'refuse':
        await this.decide(step, key, 'request.refused', { decision: 'refuse', code: step.code, reason: step.reason });
        return;
      case 'supplement':
        await this.say(
          key,
          'request.supplemented',
          ({ body }) => body.request === this.request,
          () =>
            this.loading.desks.call(this.requester, routes.supplementRequest, {
              params: { id: this.request },
              body: { answer: step.answer, ...(step.rows ? { asked: { rows: step.rows } } : {}) },
            }),
        );
        return;
      case 'withdraw':
        await this.say(
          key,
          'request.withdrawn',
          ({ body }) => body.request === this.request,
          () => this.loading.desks.call(this.requester, routes.withdrawRequest, { params: { id: this.request } }),
        );
        return;
      case 'rule-grants':
        this.right = await this.loading.journal.once(key, () => this.waitForRule());
        return;
      case 'pull':
        return this.pull(step, key);
      case 'use':
      case 'dispose': {
        const { record } = step;
        await this.say(
          key,
          'use.recorded',
          ({ body }, texts) => body.right === this.right && texts.includes(record),
          () =>
            this.loading.desks.call(this.requester, routes.recordUse, {
              params: { id: this.right },
              body: { kind: step.do === 'use' ? 'use' : 'disposal', record },
            }),
        );
        return;
      }
      case 'suspend':
      case 'terminate':
        return this.end(step, key);
      case 'resume': {
        const by = this.authority(step.by);
        await carryOut(this.loading, {
          key,
          by,
          type: 'right.resumed',
          matches: ({ body }) => body.right === this.right,
          prepare: () =>
            this.loading.desks.call(by, routes.resumeRight, { params: { id: this.right }, body: { reason: step.reason } }),
        });
        return;
      }
      case 'publish':
        await this.uploads.published(this.affair.asking.dataset);
        await publish(this.loading, this.city, registerOf(this.affair.asking.dataset), this.dataset, step.version);
    }
  }

  /** Something that the requester says. */
  private say<T extends StatementType>(
    key: string,
    type: T,
    matches: Act<T>['matches'],
    prepare: () => Promise<ProposalView>,
  ): Promise<string> {
    return carryOut<T>(this.loading, { key, by: this.requester, type, matches, prepare });
  }

  private decide(
    step: Step,
    key: string,
    type: 'right.granted' | 'request.supplement-asked' | 'request.refused',
    body: DecisionBody,
  ): Promise<string> {
    return carryOut(this.loading, {
      key,
      by: this.steward,
      type,
      matches: (statement) => statement.body.request === this.request,
      prepare: () => this.post(body),
      ...(step.unapproved ? { until: 'prepared' } : {}),
    });
  }

  private post(body: DecisionBody): Promise<ProposalView> {
    return this.loading.desks.call(this.steward, routes.decideRequest, { params: { id: this.request }, body });
  }

  private agreement(step: Extract<Step, { do: 'agree' | 'agree-in-part' }>): DecisionBody {
    const masks = {
      ...(step.clear ? { clear: [...step.clear] } : {}),
      ...(step.transformations ? { transformations: [...step.transformations] } : {}),
      ...(step.deleteInDays === undefined ? {} : { obligations: { deleteBy: dateIn(step.deleteInDays), accountForUse: true } }),
    };
    if (step.do === 'agree') return { decision: 'agree', ...masks };
    const { quota } = this.asked();
    return {
      decision: 'agree-in-part',
      condition: step.condition,
      ...masks,
      ...(step.items ? { items: [...step.items] } : {}),
      ...(step.rows ? { rows: step.rows } : {}),
      ...(step.pulls === undefined ? {} : { quota: { ...quota, pulls: step.pulls } }),
    };
  }

  private async waitForRule(): Promise<string> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const request: RequestView = await this.loading.desks.call(this.requester, routes.request, {
        params: { id: this.request },
      });
      if (request.right !== undefined) return request.right;
      if (Date.now() > deadline) throw new Error(`${this.affair.key}: no rule granted it, it is ${request.state}`);
      await sleep(100);
    }
  }

  private authority(by: 'provider' | 'supervisor'): string {
    return by === 'provider' ? this.steward : loginOf(competentKey, 'supervisor');
  }

  private async end(step: Extract<Step, { do: 'suspend' | 'terminate' }>, key: string): Promise<void> {
    const by = this.authority(step.by);
    const route = step.do === 'suspend' ? routes.suspendRight : routes.terminateRight;
    await carryOut(this.loading, {
      key,
      by,
      type: step.do === 'suspend' ? 'right.suspended' : 'right.terminated',
      matches: ({ body }) => body.right === this.right,
      prepare: () =>
        this.loading.desks.call(by, route, {
          params: { id: this.right },
          body: {
            code: step.code,
            reason: step.reason,
            article: '第二十七条',
            ...(step.filing === undefined ? {} : { filing: step.filing }),
            ...(step.do === 'terminate' ? { password: this.loading.desks.account(by).password } : {}),
          },
        }),
    });
  }

  private async pull(step: Extract<Step, { do: 'pull' }>, key: string): Promise<void> {
    await this.uploads.published(this.affair.asking.dataset);
    if (step.fate === 'cancelled') return this.pullAndCancel(step, key);
    const id = await this.startPull(step, key);
    if (step.fate === 'received') return receive(this.loading, `${key}:receipt`, this.affair.asking.from, id);
    await this.loading.journal.once(`${key}:fate`, () => this.checkFate(step.fate, id));
  }

  private async startPull(step: Extract<Step, { do: 'pull' }>, key: string): Promise<string> {
    // The pull's id is drawn before it is sent, so that sending it again is the same pull.
    const id = await this.loading.journal.once(`${key}:id`, () => newStatementId());
    const { items, rows, format } = step;
    return carryOut(this.loading, {
      key,
      by: this.requester,
      type: 'pull.signed',
      matches: (statement) => statement.id === id,
      prepare: async () => {
        const { proposal } = await this.loading.desks.call(this.requester, routes.pull, {
          params: { id: this.right },
          body: { pull: id, ...(items ? { items: [...items] } : {}), ...(rows ? { rows } : {}), ...(format ? { format } : {}) },
        });
        return proposal;
      },
    });
  }

  private async checkFate(fate: Fate, id: string): Promise<void> {
    if (typeof fate === 'string') {
      await waitForDelivery(this.loading, this.requester, id, ['prepared']);
      return;
    }
    const { problem } = await waitForDelivery(this.loading, this.requester, id, ['refused']);
    if (problem?.code !== fate.refused) throw new Error(`${this.affair.key}: refused with ${problem?.code}, not ${fate.refused}`);
  }

  /** Somebody who cancels must be quicker than the worker. When it was quicker the delivery is left to be fetched, and asked again. */
  private async pullAndCancel(step: Extract<Step, { do: 'pull' }>, key: string): Promise<void> {
    for (let attempt = 1; attempt <= 8; attempt++) {
      const id = await this.startPull(step, `${key}:${attempt}`);
      const isCancelled = await this.loading.journal.once(`${key}:${attempt}:cancel`, () => this.cancel(id));
      if (isCancelled) return;
    }
    throw new Error(`${this.affair.key}: the worker was quicker than every cancellation`);
  }

  private async cancel(id: string): Promise<boolean> {
    try {
      await this.loading.desks.call(this.requester, routes.cancelDelivery, { params: { id } });
    } catch (error) {
      if (!(error instanceof CallError && error.problem?.code === 'wrong-state')) throw error;
    }
    const { state } = await waitForDelivery(this.loading, this.requester, id, ['cancelled', 'prepared']);
    return state === 'cancelled';
  }
}
