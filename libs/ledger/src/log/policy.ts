import { asBytes, latin1Text, utf8Bytes } from '#crypto';
import { LogFault } from './faults.js';
import { decodeDecimal, decodeUtf8 } from './lines.js';
import { decodeVerifierKey, encodeVerifierKey, type NoteKeyType, type VerifierKey } from './verifier-key.js';

/** Which logs and which witnesses are believed, and how many of these it takes. docs/formats/witness-policy.md. */
export interface LogPolicy {
  readonly logs: readonly PolicyLog[];
  readonly witnesses: readonly PolicyWitness[];
  /** Each names only witnesses and groups before it. */
  readonly groups: readonly PolicyGroup[];
  /** A witness, a group, or `none`. */
  readonly quorum: string;
}

export interface PolicyLog {
  readonly key: VerifierKey;
  readonly url?: string;
}

export interface PolicyWitness {
  /** Of the policy only; the key has a name of its own. */
  readonly name: string;
  readonly key: VerifierKey;
  readonly url?: string;
}

export interface PolicyGroup {
  readonly name: string;
  /** How many of the members are enough. */
  readonly threshold: number;
  readonly members: readonly string[];
}

export const POLICY_MAX_BYTES = 65_536;
const NONE = 'none';

/**
 * Reads a policy. Comments may hold any bytes of the format, names and addresses are UTF-8, and each line, the last too, ends in a line
 * feed. Throws LogFault `policy-malformed`, which names the line.
 */
export function decodePolicy(bytes: Uint8Array): LogPolicy {
  if (bytes.length > POLICY_MAX_BYTES) throw new LogFault('policy-malformed', `more than ${POLICY_MAX_BYTES} bytes`);
  // One character a byte: the format's rules are about bytes, and comments need not be UTF-8.
  const text = latin1Text(asBytes(bytes));
  if (/[^\t\n\x20-\x7e\x80-\xff]/.test(text)) throw new LogFault('policy-malformed', 'control characters');
  if (text !== '' && !text.endsWith('\n')) throw new LogFault('policy-malformed', 'no line feed at the end');
  const policy = new PolicyUnderWay();
  for (const [i, line] of text.split('\n').entries()) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    if (words.length === 0 || words[0]?.startsWith('#')) continue;
    const [kind = '', ...rest] = words.map((word) => decodeUtf8(Uint8Array.from(word, (character) => character.charCodeAt(0))));
    try {
      if (rest.includes(undefined)) throw new LogFault('policy-malformed', 'not UTF-8');
      policy.add(kind, rest as string[]);
    } catch (error) {
      if (!(error instanceof LogFault)) throw error;
      throw new LogFault(error.code, `line ${i + 1}: ${error.detail}`, { cause: error });
    }
  }
  return policy.finish();
}

/** The policy's file. Throws LogFault for what no file says. */
export function encodePolicy({ logs, witnesses, groups, quorum }: LogPolicy): string {
  const lines = [
    ...logs.map(({ key, url }) => ['log', encodeVerifierKey(key), url]),
    ...witnesses.map(({ name, key, url }) => ['witness', name, encodeVerifierKey(key), url]),
    ...groups.map(({ name, threshold, members }) => ['group', name, String(threshold), ...members]),
    ['quorum', quorum],
  ];
  const text = lines.map((words) => `${words.filter((word) => word !== undefined).join(' ')}\n`).join('');
  decodePolicy(utf8Bytes(text));
  return text;
}

/** Collects the lines and holds them to what lines before them said. */
class PolicyUnderWay {
  private readonly logs: PolicyLog[] = [];
  private readonly witnesses: PolicyWitness[] = [];
  private readonly groups: PolicyGroup[] = [];
  private quorum: string | undefined;
  private readonly names = new Set<string>();
  private readonly members = new Set<string>();

  add(kind: string, words: readonly string[]): void {
    if (kind === 'log') this.addLog(words);
    else if (kind === 'witness') this.addWitness(words);
    else if (kind === 'group') this.addGroup(words);
    else if (kind === 'quorum') this.setQuorum(words);
    else throw new LogFault('policy-malformed', kind);
  }

  finish(): LogPolicy {
    if (this.quorum === undefined) throw new LogFault('policy-malformed', 'no quorum');
    return { logs: this.logs, witnesses: this.witnesses, groups: this.groups, quorum: this.quorum };
  }

  private addLog([text = '', url, ...more]: readonly string[]): void {
    const key = this.readKey(text, 'ed25519', this.logs);
    this.refuseIf(more.length > 0, 'too many words');
    this.logs.push({ key, ...(url === undefined ? {} : { url }) });
  }

  private addWitness([name = '', text = '', url, ...more]: readonly string[]): void {
    const key = this.readKey(text, 'cosignature', this.witnesses);
    this.refuseIf(more.length > 0, 'too many words');
    this.define(name);
    this.witnesses.push({ name, key, ...(url === undefined ? {} : { url }) });
  }

  private addGroup([name = '', count = '', ...members]: readonly string[]): void {
    const threshold = count === 'any' ? 1 : count === 'all' ? members.length : decodeDecimal(count);
    this.refuseIf(threshold === undefined || threshold < 1 || threshold > members.length, `${count} of ${members.length}`);
    for (const member of members) {
      this.refuseIf(!this.names.has(member), `${member} is not defined`);
      // Once in the whole file, so that a witness counts in one way only.
      this.refuseIf(this.members.has(member), `${member} is a member twice`);
      this.members.add(member);
    }
    this.define(name);
    this.groups.push({ name, threshold: threshold as number, members });
  }

  private setQuorum([name = '', ...more]: readonly string[]): void {
    this.refuseIf(this.quorum !== undefined, 'a second quorum');
    this.refuseIf(more.length > 0 || (name !== NONE && !this.names.has(name)), `${name} is not defined`);
    this.quorum = name;
  }

  private define(name: string): void {
    this.refuseIf(name === '' || name === NONE || this.names.has(name), `the name ${name}`);
    this.names.add(name);
  }

  private readKey(text: string, type: NoteKeyType, others: readonly { readonly key: VerifierKey }[]): VerifierKey {
    const key = decodeVerifierKey(text);
    this.refuseIf(key.type !== type, `a key of type ${key.type}`);
    // The same key under another name is still one key.
    this.refuseIf(
      others.some((other) => other.key.publicKey === key.publicKey),
      'the same key twice',
    );
    return key;
  }

  private refuseIf(isWrong: boolean, detail: string): void {
    if (isWrong) throw new LogFault('policy-malformed', detail);
  }
}

/** Whether these witnesses, by their keys, are as many as the policy asks for. */
export function reachesQuorum({ witnesses, groups, quorum }: LogPolicy, cosigners: readonly VerifierKey[]): boolean {
  const publicKeys = new Set(cosigners.map(({ publicKey }) => publicKey));
  const witnessed = new Set(witnesses.filter(({ key }) => publicKeys.has(key.publicKey)).map(({ name }) => name));
  // A group names only what stands before it, so one pass is enough.
  for (const { name, threshold, members } of groups) {
    if (members.filter((member) => witnessed.has(member)).length >= threshold) witnessed.add(name);
  }
  return quorum === NONE || witnessed.has(quorum);
}

/**
 * Whether every quorum has one of these witnesses in it: then nothing can have reached the quorum that none of them knows of. Of n
 * witnesses of which k are asked for, n − k + 1. Always true for the quorum `none`.
 */
export function meetsEveryQuorum(policy: LogPolicy, answering: readonly VerifierKey[]): boolean {
  const answered = new Set(answering.map(({ publicKey }) => publicKey));
  const silent = policy.witnesses.filter(({ key }) => !answered.has(key.publicKey)).map(({ key }) => key);
  return policy.quorum === NONE || !reachesQuorum(policy, silent);
}

/** Whether the policy asks for anybody at all. */
export const asksForQuorum = ({ quorum }: LogPolicy): boolean => quorum !== NONE;
