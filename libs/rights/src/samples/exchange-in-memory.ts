// A ledger of one share, folded as the sealer folds: for tests only.
import type { Held, StateKind, States, StateView, Statement, StatementBody, StatementType } from '#contracts';
import { decidePull, refusedPullBody, versionOfPull } from '../decide-pull.js';
import type { Decided } from '../decided.js';
import { foldRights } from '../fold-rights.js';
import { rightsTouches } from '../rights-touches.js';
import { objectOf, type RightsStatement } from '../statement-object.js';
import * as sample from './sample-share.js';

type Writable = { -readonly [K in keyof Statement]: Statement[K] };

/** States in a map, stamped with the entry that changed them; remembers what was read. */
export class StatesByName implements StateView {
  readonly states = new Map<string, Held<StateKind>>();
  readonly read = new Set<string>();
  index = 0;

  get<K extends StateKind>(kind: K, id: string): Held<K> | undefined {
    this.read.add(`${kind} ${id}`);
    return this.states.get(`${kind} ${id}`) as Held<K> | undefined;
  }

  put<K extends StateKind>(kind: K, id: string, state: States[K]): void {
    this.states.set(`${kind} ${id}`, { state, changedAt: this.index });
  }

  ofDepartment<K extends 'key' | 'recipient'>(kind: K, department: string): readonly (Held<K> & { id: string })[] {
    this.read.add(`${kind} of ${department}`);
    return [...this.states]
      .filter(([name, { state }]) => name.startsWith(`${kind} `) && (state as States['recipient']).department === department)
      .map(([name, held]) => ({ id: name.slice(kind.length + 1), ...(held as Held<K>) }));
  }
}

export interface Said {
  readonly id?: string;
  readonly issuer?: string;
  readonly after?: string | undefined;
  readonly approvals?: Statement['approvals'] | undefined;
}

/** One dataset with a version, its provider, a requester with recipients, and office heads on both sides. */
export class ExchangeInMemory {
  readonly view = new StatesByName();
  now = sample.now;
  private serial = 0;

  constructor(dataset: States['dataset'] = sample.dataset) {
    const department = { level: 'city', region: '990101', competent: false, keysAt: 0, last: sample.idOf('admitted') };
    for (const code of [sample.provider, sample.requester, sample.stranger]) {
      this.view.put('department', code, { ...department, name: code });
    }
    this.view.put('department', sample.competent, { ...department, name: 'competent', competent: true });
    for (const recipient of sample.recipients) {
      this.view.put('recipient', recipient, {
        department: sample.requester,
        label: 'key',
        admittedAt: 0,
        last: sample.idOf('r'),
      });
    }
    for (const [person, code] of [
      [sample.headOfProvider, sample.provider],
      [sample.headOfRequester, sample.requester],
    ] as const) {
      this.view.put('membership', `${person}:${code}`, {
        person,
        department: code,
        roles: ['office-head'],
        last: sample.idOf('m'),
      });
    }
    this.view.put('dataset', sample.datasetId, dataset);
    this.view.put('version', sample.versionId, sample.version);
    this.view.index = 1;
  }

  state<K extends StateKind>(kind: K, id: string): States[K] {
    const held = this.view.states.get(`${kind} ${id}`) as Held<K> | undefined;
    if (!held) throw new Error(`No ${kind} ${id}`);
    return held.state;
  }

  /** Makes the statement as an honest issuer would, unless told otherwise. */
  statement<T extends StatementType>(type: T, body: StatementBody<T>, said: Said = {}): Statement {
    const statement = {
      v: 1,
      type,
      origin: 'test.example/ledger',
      id: said.id ?? sample.idOf(`statement ${this.serial++}`),
      issuer: said.issuer ?? this.usualIssuer(type),
      keyId: sample.idOf('key'),
      alg: 'ed25519',
      at: this.now,
      body,
    } as unknown as Writable;
    const object = objectOf(statement as RightsStatement);
    const held = object && this.view.states.get(`${object.kind} ${object.id}`);
    const after = 'after' in said ? said.after : (held?.state as { last: string } | undefined)?.last;
    if (after !== undefined) statement.after = after;
    const approvals = 'approvals' in said ? said.approvals : this.usualApprovals(statement.issuer);
    if (approvals) statement.approvals = approvals;
    return statement as Statement;
  }

  /** Folds one statement as the next entry. Throws its Refusal; an entry refused takes no index. */
  seal(statement: Statement): string {
    this.view.read.clear();
    const named = new Set(
      rightsTouches(statement).map((touch) =>
        'ofDepartment' in touch ? `${touch.kind} of ${touch.ofDepartment}` : `${touch.kind} ${touch.id}`,
      ),
    );
    foldRights(this.view, { index: this.view.index, sealedAt: this.now, statement });
    for (const name of this.view.read) if (!named.has(name)) throw new Error(`${statement.type} read ${name} without naming it`);
    this.view.index += 1;
    return statement.id;
  }

  say<T extends StatementType>(type: T, body: StatementBody<T>, said: Said = {}): string {
    return this.seal(this.statement(type, body, said));
  }

  /** Submits and grants as asked; gives the right's id. */
  grant(changes: Partial<StatementBody<'right.granted'>> = {}): string {
    const request = this.say('request.submitted', { dataset: sample.datasetId, provider: sample.provider, asked: sample.asked });
    return this.say('right.granted', { request, dataset: sample.datasetId, decision: 'agree', terms: sample.terms, ...changes });
  }

  pull(right: string, changes: Partial<StatementBody<'pull.signed'>> = {}): string {
    const { terms } = this.state('right', right);
    const { purpose, items, dataset } = terms;
    return this.say('pull.signed', {
      right,
      dataset,
      purpose,
      items,
      rows: { op: 'all' },
      format: 'csv',
      version: 'latest',
      ...changes,
    });
  }

  /** What the exchange would decide now about a signed pull. */
  decide(delivery: string, rowsCountedAtMost?: number): Decided<StatementBody<'delivery.decided'>> {
    return decidePull(this.question(delivery, rowsCountedAtMost));
  }

  question(delivery: string, rowsCountedAtMost?: number) {
    const { asked, grantee, right: rightId, dataset: datasetId } = this.state('delivery', delivery);
    const right = this.view.get('right', rightId) as Held<'right'>;
    const dataset = this.view.get('dataset', datasetId) as Held<'dataset'>;
    const version = versionOfPull(right, dataset, asked.version);
    return {
      delivery,
      pull: { right: rightId, dataset: datasetId, ...asked },
      grantee,
      right,
      dataset,
      version: version === undefined ? undefined : this.view.get('version', version),
      recipients: this.view
        .ofDepartment('recipient', grantee)
        .filter(({ state }) => state.endedAt === undefined)
        .map(({ id }) => id),
      now: this.now,
      index: this.view.index - 1,
      ...(rowsCountedAtMost === undefined ? {} : { rowsCountedAtMost }),
    };
  }

  /** Decides a pull and seals what was decided; true when it is to be delivered. */
  settleDecision(delivery: string, rowsCountedAtMost?: number): boolean {
    const decided = this.decide(delivery, rowsCountedAtMost);
    if (decided.ok) this.say('delivery.decided', decided.ok);
    else this.say('pull.refused', refusedPullBody(this.question(delivery), decided.refused));
    return decided.ok !== undefined;
  }

  ids(delivery: string): { delivery: string; right: string; dataset: string } {
    const { right, dataset } = this.state('delivery', delivery);
    return { delivery, right, dataset };
  }

  prepare(delivery: string, rows: number): string {
    return this.say('delivery.prepared', {
      ...this.ids(delivery),
      attempt: sample.idOf(`attempt ${this.serial}`),
      ciphertextSha256: sample.hexOf('ciphertext'),
      sizeBytes: 2048,
      plaintextHmac: sample.hexOf('plaintext'),
      rows,
    });
  }

  serve(delivery: string, bytesAtMost: number): string {
    const download = sample.idOf(`download ${this.serial}`);
    return this.say('delivery.served', { ...this.ids(delivery), download, bytesAtMost, complete: bytesAtMost > 0 });
  }

  private usualIssuer(type: StatementType): string {
    if (/^(delivery\.|pull\.refused)/.test(type)) return 'exchange';
    return /^(request\.(submitted|supplemented|withdrawn)|pull|receipt|use)/.test(type) ? sample.requester : sample.provider;
  }

  private usualApprovals(issuer: string): Statement['approvals'] | undefined {
    const person =
      issuer === sample.provider ? sample.headOfProvider : issuer === sample.requester ? sample.headOfRequester : undefined;
    return person === undefined ? undefined : [{ office: issuer, role: 'office-head', person, at: this.now }];
  }
}

/** The code of the Refusal that something throws; undefined when it does not. */
export function refusalOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}
