import type { StatementType } from '#contracts';
import { toHex } from '#crypto';
import { leafHash, openEntry, type Entry } from './entry.js';
import { LedgerFault } from './faults.js';
import { LOG, type Fold } from './register.js';
import type { StatesInMemory } from './states.js';
import { isSameLedger, trustRootOf, type TrustRoot } from './trust-root.js';
import { LedgerWalk } from './walk.js';

/** What a verifier remembers of the last time: the size of the ledger and the leaf hash of its last entry. */
export interface Seen {
  readonly size: number;
  readonly head: string;
}

/** What a clean report does not say. */
export interface Warning {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/** A department whose keys in force the exchange keeps. */
export interface ExchangeCustody {
  readonly department: string;
  readonly name: string;
  readonly keyIds: readonly string[];
}

/** A key that was declared compromised after it had signed entries: they stand, and whoever relies on one should know. */
export interface CompromisedKey {
  readonly keyId: string;
  readonly department: string;
  readonly name: string;
  /** Index of the declaration. */
  readonly declaredAt: number;
  /** How many of the entries it signed, and the index of the last of them. */
  readonly entries: number;
  readonly last: number;
}

export interface VerifyReport {
  readonly origin: string;
  readonly size: number;
  /** Leaf hash of the last entry, hex. Remember it with the size, and give both as `seen` the next time. */
  readonly head: string;
  readonly sealedAt: string;
  readonly byType: Readonly<Partial<Record<StatementType, number>>>;
  /** Departments for which the operator of the exchange could sign: keys in force in custody `exchange`. */
  readonly exchangeCustody: readonly ExchangeCustody[];
  /** Of the keys that signed entries, those declared compromised since. */
  readonly compromised: readonly CompromisedKey[];
  /** All keys that the log ever had, the newest first; without an end they are in force after the last entry. */
  readonly logKeys: readonly LogKeyState[];
  readonly warnings: readonly Warning[];
}

export interface LogKeyState {
  readonly keyId: string;
  readonly publicKey: string;
  readonly admittedAt: number;
  readonly endedAt?: number;
  readonly endReason?: string;
}

export interface VerifyOptions {
  readonly seen?: Seen;
  /** The law of rights, so that an entry that the rules forbid is found, and not only one that is forged. */
  readonly folds?: readonly Fold[];
  /** Called after every entry, for a progress bar. */
  readonly onEntry?: (size: number) => void;
}

/**
 * Verifies a whole ledger without the server: every entry's bytes, the chain, every signature by keys as they stood at its index, the
 * register's law and, when given, that of rights. Believes only the trust root. Throws `LedgerFault` naming the first wrong entry.
 * Memory: the states, and the ids of statements that follow no other.
 */
export async function verifyLedger(
  entries: AsyncIterable<Uint8Array>,
  trustRoot: TrustRoot,
  { seen, folds = [], onEntry }: VerifyOptions = {},
): Promise<VerifyReport> {
  const walk = new LedgerWalk({ origin: trustRoot.origin, folds, signatures: 'signatures' });
  const byType: Partial<Record<StatementType, number>> = {};
  const signed = new SignedBy();
  const iterator = entries[Symbol.asyncIterator]();
  try {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      const bytes = next.value;
      if (walk.size === 0) checkEntry0(bytes, trustRoot);
      try {
        const { entry } = walk.step(bytes);
        const { type } = entry.statement;
        signed.add(entry);
        byType[type] = (byType[type] ?? 0) + 1;
      } catch (error) {
        if (!(error instanceof LedgerFault) || error.code !== 'chain-broken') throw error;
        const after = await iterator.next();
        throw blame(error, bytes, after.done ? undefined : after.value);
      }
      if (walk.size === seen?.size && walk.head !== seen.head) throw new LedgerFault('history-changed', walk.size - 1);
      onEntry?.(walk.size);
    }
  } finally {
    await iterator.return?.();
  }
  if (walk.size === 0) throw new LedgerFault('empty', 0);
  if (seen && walk.size < seen.size) throw new LedgerFault('history-shrank', walk.size);

  const exchangeCustody = custodyOfExchange(walk.states);
  return {
    origin: trustRoot.origin,
    size: walk.size,
    head: walk.head,
    sealedAt: walk.sealedAt,
    byType,
    exchangeCustody,
    compromised: signed.compromised(walk.states),
    logKeys: logKeyStates(walk.states),
    warnings: warningsOf(seen, folds, exchangeCustody.length),
  };
}

function checkEntry0(bytes: Uint8Array, trustRoot: TrustRoot): void {
  let stated: TrustRoot;
  try {
    stated = trustRootOf(bytes);
  } catch (error) {
    throw new LedgerFault('trust-root-differs', 0, undefined, { cause: error });
  }
  if (!isSameLedger(stated, trustRoot)) throw new LedgerFault('trust-root-differs', 0);
}

/**
 * Entry n does not name the bytes of entry n−1: one of the two was altered. If the entry after n goes on from n as it stands, n is
 * what was sealed. Where nothing tells, the one before is named: a lone other `prev` would serve nobody.
 */
function blame(fault: LedgerFault, bytes: Uint8Array, next: Uint8Array | undefined): LedgerFault {
  const altered = new LedgerFault('chain-broken', Math.max(0, fault.index - 1));
  if (next === undefined || fault.index === 0) return altered;
  try {
    return openEntry(next).entry.prev === toHex(leafHash(bytes)) ? altered : fault;
  } catch {
    return altered;
  }
}

/** The keys that the log ever had in these states, the newest first. */
export function logKeyStates(states: StatesInMemory): LogKeyState[] {
  return states
    .ofDepartment('key', LOG)
    .map(({ id: keyId, state: { publicKey, admittedAt, endedAt, endReason } }) => ({
      keyId,
      publicKey,
      admittedAt,
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(endReason === undefined ? {} : { endReason }),
    }))
    .toSorted((a, b) => b.admittedAt - a.admittedAt || (a.keyId < b.keyId ? -1 : 1));
}

/** Departments for which the operator of the exchange could sign, by the keys in force in these states. */
export function custodyOfExchange(states: StatesInMemory): ExchangeCustody[] {
  const keys = [...states.all('key')].filter(([, { state }]) => state.custody === 'exchange' && state.endedAt === undefined);
  const departments = [...new Set(keys.map(([, { state }]) => state.department))]
    .filter((code) => code !== 'exchange' && code !== LOG)
    .sort();
  return departments.map((department) => ({
    department,
    name: states.get('department', department)?.state.name ?? '',
    keyIds: keys.filter(([, { state }]) => state.department === department).map(([keyId]) => keyId),
  }));
}

/** Which keys signed the entries of a report. Memory: the keys. */
export class SignedBy {
  private readonly keys = new Map<string, { entries: number; last: number }>();

  add({ index, signatures }: Pick<Entry, 'index' | 'signatures'>): void {
    for (const { keyId } of signatures) this.keys.set(keyId, { entries: (this.keys.get(keyId)?.entries ?? 0) + 1, last: index });
  }

  /** Those of them that these states show declared compromised. */
  compromised(states: StatesInMemory): CompromisedKey[] {
    return [...this.keys].flatMap(([keyId, { entries, last }]) => {
      const state = states.get('key', keyId)?.state;
      if (state?.endedAt === undefined || state.endReason !== 'compromised') return [];
      const { department, endedAt: declaredAt } = state;
      return [{ keyId, department, name: states.get('department', department)?.state.name ?? '', declaredAt, entries, last }];
    });
  }
}

const warnings = {
  fork: {
    zh: '导出文件不含见证：若有人向不同的人出示不同的账本，或以相同签名重排存证时间，本次校验无法发现；须以载明见证节点的信任根跟随账本，或与他人比对签封。',
    en: 'No witness speaks in the entries: a second history shown to somebody else, or the same signed statements sealed anew with other times, cannot be detected by this check. Follow the log by a trust root that names witnesses, or compare checkpoints.',
  },
  omission: {
    zh: '账本未收录的签署记录不在校验范围内；如有受理回执，可据其时限追究。',
    en: 'A statement that was never sealed is not missed here; an admission receipt that names a time gone by proves it.',
  },
  'first-sight': {
    zh: '未提供上次所见的长度与末条摘要，尾部是否被删减无从判断。',
    en: 'No size and head seen earlier were given, so a tail that was cut off cannot be noticed.',
  },
  'rights-not-checked': {
    zh: '本次未校验使用权规则，仅校验字节、链条、签名与登记规则。',
    en: 'The rules of rights were not checked, only bytes, chain, signatures and the register.',
  },
  'exchange-custody': {
    zh: '部分部门的签名密钥由交换平台保管，平台运维方在技术上可以代其签名。',
    en: 'Signing keys of some departments are in the custody of the exchange: its operator could sign for them.',
  },
} as const;

function warningsOf(seen: Seen | undefined, folds: readonly Fold[], custodies: number): Warning[] {
  const codes: (keyof typeof warnings)[] = ['fork', 'omission'];
  if (!seen) codes.push('first-sight');
  if (folds.length === 0) codes.push('rights-not-checked');
  if (custodies > 0) codes.push('exchange-custody');
  return codes.map((code) => ({ code, ...warnings[code] }));
}
