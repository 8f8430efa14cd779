import {
  usccCheckCharacter,
  newStatementId,
  type Approval,
  type Asked,
  type Role,
  type Statement,
  type StatementBody,
  type StatementSignature,
  type StatementType,
} from '#contracts';
import { generateSigningKey, importSigningKey, randomId, type SigningKey } from '#crypto';
import type { KeyObject } from 'node:crypto';
import { proveKeyPossession, proveRecipientDeclaration } from './possession.js';
import { encodeStatement, signStatement } from './statement.js';

// For tests only: a small city whose statements are signed for real.

export interface Said {
  readonly statement: Statement;
  readonly bytes: Buffer;
  readonly signatures: StatementSignature[];
}

interface Holder extends SigningKey {
  readonly privateKey: KeyObject;
}

/** A department code with a right check character, the same for the same number. */
export function codeOf(number: number): string {
  const first17 = `11${String(990000 + number)}MB${String(number).padStart(7, '0')}`;
  return first17 + usccCheckCharacter(first17);
}

/** An age recipient by its form; no statement is ever encrypted to it. */
export function recipientOf(number: number): string {
  const letters = '023456789acdefghjklmnpqrstuvwxyz';
  let text = '';
  for (let i = 0, rest = number + 1; i < 58; i++, rest = (rest * 48_271 + i) % 2_147_483_647) text += letters[rest % 32];
  return `age1${text}`;
}

export class SampleCity {
  readonly exchange = newHolder();
  readonly log = newHolder();
  readonly competent = codeOf(0);
  private readonly holders = new Map<string, Holder>([
    [this.competent, newHolder()],
    ['exchange', this.exchange],
  ]);

  constructor(readonly origin = 'quanlian.test/city') {}

  keyOf(issuer: string): Holder {
    const holder = this.holders.get(issuer);
    if (!holder) throw new Error(`${issuer} has no key`);
    return holder;
  }

  /** A statement signed by its issuer (and by `also`). */
  say<T extends StatementType>(
    type: T,
    body: StatementBody<T>,
    how: {
      issuer?: string;
      after?: string;
      approvals?: Approval[];
      at?: string;
      also?: string[];
      id?: string;
      key?: Holder;
    } = {},
  ): Said {
    const issuer = how.issuer ?? this.competent;
    const key = how.key ?? this.keyOf(issuer);
    const statement = {
      v: 1,
      type,
      origin: this.origin,
      id: how.id ?? newStatementId(),
      issuer,
      keyId: key.keyId,
      alg: 'ed25519',
      at: how.at ?? '2026-01-05T08:00:00.000Z',
      ...(how.after === undefined ? {} : { after: how.after }),
      ...(how.approvals === undefined ? {} : { approvals: how.approvals }),
      body,
    } as Statement;
    const bytes = encodeStatement(statement);
    const signatures = [issuer, ...(how.also ?? [])].map((by) => {
      const signer = by === issuer ? key : this.keyOf(by);
      return signStatement(bytes, signer.privateKey, { issuer: by, keyId: signer.keyId });
    });
    return { statement, bytes, signatures };
  }

  opened(): Said {
    const { keyId, publicKey, privateKey } = this.keyOf(this.competent);
    return this.say(
      'ledger.opened',
      {
        competent: {
          department: this.competent,
          name: '数据局',
          level: 'city',
          region: '990000',
          key: {
            keyId,
            publicKey,
            custody: 'department',
            proof: proveKeyPossession(this.origin, this.competent, publicKey, privateKey),
          },
        },
        exchangeKey: { keyId: this.exchange.keyId, publicKey: this.exchange.publicKey },
        logKey: { keyId: this.log.keyId, publicKey: this.log.publicKey },
        inForce: 'durable',
      },
      { also: ['exchange'] },
    );
  }

  departmentAdmitted(department: string, name = '民政局'): Said {
    return this.say('department.admitted', { department, name, level: 'city', region: '990000', parent: this.competent });
  }

  /** Admits a new key; from now on the department signs with it. */
  keyAdmitted(department: string, custody: 'exchange' | 'department' = 'department'): Said {
    const holder = newHolder();
    const { keyId, publicKey, privateKey } = holder;
    const proof = proveKeyPossession(this.origin, department, publicKey, privateKey);
    const said = this.say('key.admitted', { department, keyId, publicKey, custody, proof });
    this.holders.set(department, holder);
    return said;
  }

  recipientAdmitted(department: string, recipient: string): Said {
    const { keyId, privateKey } = this.keyOf(department);
    const proof = proveRecipientDeclaration(this.origin, department, recipient, privateKey);
    return this.say('recipient.admitted', { department, recipient, label: '值班室', keyId, proof });
  }

  membershipGranted(department: string, person = randomId(), role: Role = 'steward'): Said {
    return this.say('membership.granted', { department, person, roles: [role] }, { issuer: department });
  }

  datasetEntered(department: string): Said {
    return this.say(
      'dataset.entered',
      {
        entry: {
          title: '婚姻登记',
          resourceCode: '3/1/2/1',
          category: '民政',
          abstract: '0'.repeat(64),
          format: '3',
          items: [{ name: 'code', title: '编号', type: 'C', required: true, personal: false }],
          shareType: 'conditional',
          shareCondition: '1'.repeat(64),
          shareMethods: ['file'],
          open: false,
          updateCycle: '2',
          publishedOn: '2026-01-01',
          classification: '政务数据',
          grade: '一般',
          relatedCodes: [],
        },
        noSecrets: true,
      },
      { issuer: department },
    );
  }

  /** `head` is the person whose word as office head stands in the statement. */
  requestSubmitted(dataset: string, provider: string, from: string, head: string): Said {
    return this.say(
      'request.submitted',
      { dataset, provider, asked: this.asked() },
      { issuer: from, approvals: [by(from, head)] },
    );
  }

  rightGranted(request: string, dataset: string, grantor: string, grantee: string, head: string): Said {
    const { purpose, items, rows, method, formats, window, quota } = this.asked();
    return this.say(
      'right.granted',
      {
        request,
        dataset,
        decision: 'agree',
        terms: {
          dataset,
          version: 'latest',
          grantor,
          grantee,
          purpose,
          items,
          rows,
          transformations: [],
          method,
          formats,
          window,
          quota,
          obligations: { accountForUse: true },
        },
      },
      { issuer: grantor, after: request, approvals: [by(grantor, head)] },
    );
  }

  private asked(): Asked {
    return {
      purpose: { basis: '2'.repeat(64), scenario: '3'.repeat(64) },
      items: ['code'],
      rows: { op: 'all' },
      method: 'file',
      formats: ['csv'],
      window: { from: '2026-01-01T00:00:00.000Z', until: '2099-01-01T00:00:00.000Z' },
      quota: { pulls: 100, rows: 1_000_000, pullsPerDay: 100 },
    };
  }
}

function by(office: string, person: string): Approval {
  return { office, role: 'office-head', person, at: '2026-01-05T08:00:00.000Z' };
}

function newHolder(): Holder {
  const key = generateSigningKey();
  return { ...key, privateKey: importSigningKey(key.privateSeed) };
}
