import type { Sentence } from '#contracts';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { EvidenceFault } from '#ledger';
import { alarmSentences, Alarms } from './alarms.js';
import { LogFiles } from './fetch-log.js';
import { Follower } from './follow.js';
import { makeKey, openKey } from './key-file.js';
import { GivenLogs, readTrustRoot } from './known-logs.js';
import type { LogKeys } from './log-keys.js';
import { MirrorCopy } from './mirror/copy.js';
import { Mirror } from './mirror/mirror.js';
import { reconcile, reconciledLines } from './mirror/reconcile.js';
import { ServedCopy } from './mirror/serve-copy.js';
import { serveWitness } from './server.js';
import { mirrorFolderIn, WitnessStore, type KeepStep } from './store.js';
import { exits, fileStop, inBoth, Stop, usage } from './stop.js';
import { Witness } from './witness.js';

const help = `quanlian-witness: 见证节点 a department's witness of a log (docs/WITNESS.md)

  keys new --store FOLDER --name NAME     制作见证密钥 make this witness's key
      [--passphrase-file FILE]
  run --store FOLDER --log KEY|FILE…      应答账本的联署请求 answer logs that ask for cosignatures
      [--listen 127.0.0.1:8091] [--log-url URL] [--every SECONDS] [--passphrase-file FILE]
      [--entries --token-file FILE]       另查验并留存全部存证记录 also judge all entries and keep a copy (--log: root.json)
      [--mirror (--reader-token-file FILE | --public-entries)]  在 /log/ 提供该副本 serve that copy under /log/
  follow --store FOLDER --log KEY|FILE    自行跟随账本 follow a log without being asked
      --log-url URL [--every SECONDS] [--once] [--passphrase-file FILE] [--entries --token-file FILE]
  reconcile --store FOLDER --log root.json [--json]
                                          由副本核对提供与接收 count what was given and received, from the copy alone
  alarms --store FOLDER                   列出警报 list the alarms
  acknowledge ALARM --store FOLDER        确认已查看警报 say that a person looked at an alarm
      --by NAME [--why TEXT]

KEY: 账本的验证公钥 the log's verifier key. FILE: 此类公钥或信任根 such keys, or the trust root (root.json).
同一机房里的见证节点什么也证明不了。 Witnesses under one roof prove nothing.
`;

export interface Surroundings {
  /** A line for the person or the journal. */
  readonly print: (line: string) => void;
  /** Aborts when the process shall end. */
  readonly signal: AbortSignal;
  /** For tests that kill the process there. */
  readonly onStep?: (step: KeepStep) => void;
}

/** Runs one command line and answers the exit code. Never throws. */
export async function runWitness(argv: readonly string[], around: Surroundings): Promise<number> {
  try {
    await command(argv, around);
    return exits.done;
  } catch (error) {
    if (error instanceof Stop) {
      around.print(inBoth(error.sentence));
      return exits[error.exit];
    }
    around.print(`见证节点内部出错。 The witness itself failed. ${error instanceof Error ? error.stack : String(error)}`);
    return exits.fault;
  }
}

const options = {
  store: { type: 'string' },
  name: { type: 'string' },
  log: { type: 'string', multiple: true },
  listen: { type: 'string' },
  'log-url': { type: 'string' },
  every: { type: 'string' },
  once: { type: 'boolean' },
  by: { type: 'string' },
  why: { type: 'string' },
  'passphrase-file': { type: 'string' },
  entries: { type: 'boolean' },
  'token-file': { type: 'string' },
  mirror: { type: 'boolean' },
  'reader-token-file': { type: 'string' },
  'public-entries': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

const served = ['mirror', 'reader-token-file', 'public-entries'] as const;

/** What each command takes; anything else is a slip that should not pass in silence. */
const taken: Readonly<Record<string, readonly (keyof Values)[]>> = {
  'keys new': ['store', 'name', 'passphrase-file'],
  run: ['store', 'log', 'listen', 'log-url', 'every', 'passphrase-file', 'entries', 'token-file', ...served],
  follow: ['store', 'log', 'log-url', 'every', 'once', 'passphrase-file', 'entries', 'token-file'],
  reconcile: ['store', 'log', 'json'],
  alarms: ['store'],
  acknowledge: ['store', 'by', 'why'],
};

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw usage('命令行有误。', `The command line is wrong: ${(error as Error).message}`);
  }
}

async function command(argv: readonly string[], around: Surroundings): Promise<void> {
  const { values, positionals } = parse(argv);
  if (values.help || positionals.length === 0) return around.print(help.trimEnd());
  const [first = '', second = ''] = positionals;
  const name = first === 'keys' ? `keys ${second}` : first;
  const known = taken[name];
  const words = positionals.length - (first === 'keys' ? 1 : 0) - (name === 'acknowledge' ? 1 : 0);
  if (!known || words !== 1) throw usage('没有此命令；--help 列出全部。', 'There is no such command; --help lists all.');
  for (const option of Object.keys(values) as (keyof Values)[]) {
    if (!known.includes(option)) throw usage(`${name} 没有选项 --${option}。`, `${name} has no option --${option}.`);
  }
  if (name === 'keys new') return newKey(values, around);
  if (name === 'alarms') return listAlarms(values, around);
  if (name === 'reconcile') return tellReconciled(values, around);
  if (name === 'acknowledge') {
    new Alarms(required(values, 'store')).acknowledge(second, required(values, 'by'), values.why ?? '');
    return around.print(
      inBoth({ zh: '已记录。见证节点所记住的不因此改变。', en: 'Noted. It changes nothing of what the witness remembers.' }),
    );
  }
  return name === 'run' ? run(values, around) : follow(values, around);
}

function required(values: Values, option: 'store' | 'name' | 'by' | 'log-url'): string {
  const value = values[option];
  if (value) return value;
  throw usage(`必须给出 --${option}。`, `--${option} must be given.`);
}

/** The first line of the file: a secret on the command line could be read by every user of the machine. */
function secretIn(values: Values, option: 'passphrase-file' | 'token-file' | 'reader-token-file'): string | undefined {
  const file = values[option];
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/, 1)[0];
  } catch (error) {
    throw fileStop(error, file);
  }
}

function newKey(values: Values, { print }: Surroundings): void {
  const line = makeKey(required(values, 'store'), required(values, 'name'), secretIn(values, 'passphrase-file'));
  print(line);
  print(
    inBoth({
      zh: '请将此行交给账本的运营方和所有核验者（写入见证策略）。私钥只在本机；同一把密钥决不给第二个见证节点使用。',
      en: 'Give this line to whoever runs the log and to all who verify it (for the witness policy). The secret stays on this machine; one key never serves a second witness.',
    }),
  );
}

function listAlarms(values: Values, { print }: Surroundings): void {
  const alarms = new Alarms(required(values, 'store')).all();
  if (alarms.length === 0) print(inBoth({ zh: '没有警报。', en: 'There are no alarms.' }));
  for (const { id, origin, at, folder, kind, acknowledged } of alarms) {
    const state = acknowledged ? { zh: '已确认', en: 'acknowledged' } : { zh: '待确认', en: 'open' };
    print([id, origin, at, inBoth(state), inBoth(alarmSentences[kind]), folder].join('\t'));
  }
}

/** Opens key and store. Whoever calls closes the store. */
function openWitness(values: Values, { print, onStep }: Surroundings, address: string): Witness {
  const folder = required(values, 'store');
  const given = new GivenLogs(values.log ?? []);
  const { logs } = given;
  const signer = openKey(folder, () => {
    const passphrase = secretIn(values, 'passphrase-file');
    if (passphrase === undefined) throw usage('密钥有口令：--passphrase-file。', 'The key has a passphrase: --passphrase-file.');
    return passphrase;
  });
  const store = WitnessStore.open(folder, signer.key, logs.keys(), { address, ...(onStep && { onStep }) });
  for (const [origin, keys] of logs) readShownKeys(store, origin, keys);
  const tell = (sentence: Sentence): void => print(`${new Date().toISOString()} ${inBoth(sentence)}`);
  return new Witness({ signer, given, store, alarms: new Alarms(folder), tell });
}

/** What was shown of a log's keys before this start. Closes the store and throws Stop `file` when it is damaged: an end may stand there. */
function readShownKeys(store: WitnessStore, origin: string, keys: LogKeys): void {
  try {
    keys.takeUp(store.keys(origin) ?? new Uint8Array(0));
  } catch (error) {
    store.close();
    if (!(error instanceof EvidenceFault)) throw error;
    const file = store.keysFile(origin);
    throw new Stop(
      'file',
      {
        zh: `${file} 已损坏：${error.sentence('zh')}删去即可重新取得。`,
        en: `${file} is damaged: ${error.sentence('en')} Remove it to have it shown anew.`,
      },
      { cause: error },
    );
  }
}

async function followerOf(values: Values, witness: Witness): Promise<Follower> {
  const [origin, another] = witness.logs.keys();
  if (origin === undefined || another !== undefined) {
    throw usage('--log-url 只能与一个账本同用。', '--log-url goes with one log only.');
  }
  const token = secretIn(values, 'token-file');
  const files = new LogFiles(required(values, 'log-url'), token);
  if (!values.entries) return new Follower(witness, origin, files);
  const root = readTrustRoot(values.log ?? []);
  const copy = new MirrorCopy(witness.parts.store.mirrorFolder(origin));
  return new Follower(witness, origin, files, await Mirror.open(copy, root));
}

/** The copy as it is served; undefined when nobody asked for it. Entries are nobody's unless somebody says whose they are. */
function servedCopyOf(values: Values, witness: Witness): ServedCopy | undefined {
  if (!values.mirror) return undefined;
  const [origin, another] = witness.logs.entries();
  if (!origin || another) throw usage('--mirror 只能与一个账本同用。', '--mirror goes with one log only.');
  const readerToken = secretIn(values, 'reader-token-file');
  if ((readerToken === undefined || readerToken.length < 16) === !values['public-entries']) {
    throw usage(
      '--mirror 须给出 --reader-token-file（令牌至少 16 个字符）或 --public-entries 之一。',
      '--mirror needs either --reader-token-file (a token of 16 characters or more) or --public-entries.',
    );
  }
  return new ServedCopy(new MirrorCopy(witness.parts.store.mirrorFolder(origin[0])), origin[1], readerToken);
}

async function tellReconciled(values: Values, { print }: Surroundings): Promise<void> {
  const root = readTrustRoot(values.log ?? []);
  const counted = await reconcile(new MirrorCopy(mirrorFolderIn(required(values, 'store'), root.origin)), root);
  if (values.json) return print(JSON.stringify(counted));
  for (const line of reconciledLines(counted)) print(line);
}

function everyMsOf({ every = '60' }: Values): number {
  if (!/^[1-9][0-9]{0,5}$/.test(every)) throw usage('--every 为秒数。', '--every is a number of seconds.');
  return Number(every) * 1_000;
}

async function run(values: Values, around: Surroundings): Promise<void> {
  const listen = values.listen ?? '127.0.0.1:8091';
  const [, host = '', port = ''] =
    /^(?:\[([0-9a-fA-F:]+)\]|([^:]+)):([0-9]{1,5})$/.exec(listen)?.filter((part) => part !== undefined) ?? [];
  if (host === '' || Number(port) > 65_535) throw usage('--listen 写作 地址:端口。', '--listen is written ADDRESS:PORT.');
  const everyMs = everyMsOf(values);
  const witness = openWitness(values, around, listen);
  const { store, tell, alarms } = witness.parts;
  try {
    const follower = values['log-url'] === undefined ? undefined : await followerOf(values, witness);
    const served = await serveWitness(witness, host, Number(port), servedCopyOf(values, witness));
    try {
      tell({ zh: `见证节点在 ${served.address} 应答。`, en: `The witness answers at ${served.address}` });
      for (const { id, folder } of [...witness.logs.keys()].flatMap((origin) => alarms.open(origin))) {
        tell({ zh: `警报 ${id} 尚无人确认：${folder}。`, en: `Alarm ${id} is not acknowledged: ${folder}` });
      }
      // A fault of ours in the following ends the answering, too: nobody would notice half a witness.
      await Promise.all([ended(around.signal), follower && followBeside(follower, everyMs, around.signal, tell)]);
    } finally {
      await served.stop();
    }
    tell({ zh: '已停止。', en: 'Stopped.' });
  } finally {
    store.close();
  }
}

async function ended(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
}

/** An alarm ends the following, not the answering: by its table the witness cosigns nothing but the history that it knows. */
async function followBeside(
  follower: Follower,
  everyMs: number,
  signal: AbortSignal,
  tell: (sentence: Sentence) => void,
): Promise<void> {
  try {
    follower.checkNoAlarm();
    await follower.follow(everyMs, signal);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    tell(error.sentence);
    tell({ zh: '不再跟随；仍应答请求。', en: 'It follows no longer; requests are still answered.' });
  }
}

async function follow(values: Values, around: Surroundings): Promise<void> {
  const everyMs = everyMsOf(values);
  const witness = openWitness(values, around, '');
  try {
    const follower = await followerOf(values, witness);
    follower.checkNoAlarm();
    if (!values.once) return await follower.follow(everyMs, around.signal);
    around.print(await follower.lookPatiently(everyMs, around.signal));
  } finally {
    witness.parts.store.close();
  }
}
