import { CallError, Refusal, type Problem } from '#contracts';
import { AgeError, CryptoError } from '#crypto';
import { EvidenceFault, LedgerFault, LogFault } from '#ledger';
import { CommanderError } from 'commander';
import type { Sentence } from './language.js';

/** What the process answers its caller with. A code keeps its meaning (docs/COMMAND.md). */
export const exits = {
  done: 0,
  /** The exchange, or this command before asking it, said no. */
  refused: 1,
  usage: 2,
  unreachable: 3,
  /** What was checked is not what it should be: a ledger, a signature, a delivery. */
  verification: 4,
  notLoggedIn: 5,
  /** Somebody else must act first, or the wait was cut short; run the same command again. */
  waiting: 6,
  /** A file on this machine cannot be read or written. */
  file: 7,
  fault: 70,
  interrupted: 130,
} as const;
export type ExitName = keyof typeof exits;

/** An end that this command chose, with its sentence. `hint` says what to do next. */
export class Stop extends Error {
  override readonly name = 'Stop';
  constructor(
    readonly exit: ExitName,
    readonly code: string,
    readonly sentence: Sentence,
    readonly hint?: Sentence,
  ) {
    super(sentence.en);
  }
}

/** The command line asks for something that cannot be. */
export function usage(zh: string, en: string): Stop {
  return new Stop('usage', 'usage', { zh, en });
}

/** What a failed command says, whoever made the failure. */
export interface Failure {
  readonly exit: ExitName;
  readonly code: string;
  readonly sentence: Sentence;
  readonly hint?: Sentence | undefined;
  readonly problem?: Problem | undefined;
  /** Shown for a fault of ours only. */
  readonly trace?: string | undefined;
}

/** Reads an error as a failure with a sentence in both languages. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Stop) return error;
  if (error instanceof CallError) return ofCall(error);
  if (error instanceof Refusal) return refused(error.toProblem(), verdicts.has(error.code) ? 'verification' : 'refused');
  if (error instanceof LedgerFault) return ofLedger(error);
  if (error instanceof LogFault || error instanceof EvidenceFault) return ofEvidence(error);
  if (error instanceof AgeError || error instanceof CryptoError)
    return { exit: 'verification', code: error.code, sentence: same(error.message) };
  if (error instanceof CommanderError) return { exit: 'usage', code: 'usage', sentence: same(error.message) };
  if (error instanceof Error && error.name === 'AbortError')
    return { exit: 'interrupted', code: 'interrupted', sentence: { zh: '已中断。', en: 'Interrupted.' } };
  const file = error as NodeJS.ErrnoException;
  if (file?.code && file.path !== undefined) return ofFile(file);
  return {
    exit: 'fault',
    code: 'fault',
    sentence: { zh: `程序出错：${messageOf(error)}`, en: `The command itself failed: ${messageOf(error)}` },
    trace: error instanceof Error ? error.stack : undefined,
  };
}

// Refusals that this command gives itself when what it checked is wrong.
const verdicts = new Set(['digest-mismatch', 'bad-signature', 'bad-proof', 'wrong-origin', 'statement-not-canonical']);

function ofLedger(fault: LedgerFault): Failure {
  return { exit: 'verification', code: fault.code, sentence: { zh: fault.sentence('zh'), en: fault.sentence('en') } };
}

function ofEvidence(fault: LogFault | EvidenceFault): Failure {
  const where = fault.detail === '' ? { zh: '', en: '' } : { zh: `（${fault.detail}）`, en: ` (${fault.detail})` };
  const sentence = { zh: `${fault.sentence('zh')}${where.zh}`, en: `${fault.sentence('en')}${where.en}` };
  return { exit: 'verification', code: fault.code, sentence };
}

function ofCall(error: CallError): Failure {
  if (error.status === 0)
    return {
      exit: 'unreachable',
      code: 'unreachable',
      sentence: { zh: `无法连接交换平台（${error.message}）。`, en: `The exchange cannot be reached (${error.message}).` },
    };
  if (!error.problem?.title)
    return {
      exit: 'unreachable',
      code: 'unexpected-answer',
      sentence: {
        zh: `对方以 HTTP ${error.status} 应答，不像是权链。请核对地址。`,
        en: `The answer was HTTP ${error.status} and does not look like Quanlian's. Check the address.`,
      },
    };
  if (error.problem.code === 'not-logged-in')
    return {
      ...refused(error.problem, 'notLoggedIn'),
      hint: { zh: '登录：quanlian login --as 用户名', en: 'Log in: quanlian login --as USER' },
    };
  return refused(error.problem, 'refused');
}

function refused(problem: Problem, exit: ExitName): Failure {
  return { exit, code: problem.code, sentence: problem.title, problem };
}

const fileFaults: Record<string, Sentence> = {
  ENOENT: { zh: '文件不存在', en: 'no such file' },
  EACCES: { zh: '没有权限', en: 'permission denied' },
  EPERM: { zh: '没有权限', en: 'not permitted' },
  EISDIR: { zh: '这是一个目录', en: 'it is a directory' },
  ENOTDIR: { zh: '路径中有一级不是目录', en: 'a part of the path is not a directory' },
  EEXIST: { zh: '已存在', en: 'it exists already' },
  ENOSPC: { zh: '磁盘空间不足', en: 'no space is left on the disk' },
  EROFS: { zh: '文件系统只读', en: 'the file system is read-only' },
};

function ofFile(error: NodeJS.ErrnoException): Failure {
  const why = fileFaults[error.code ?? ''] ?? same(error.code ?? '');
  return { exit: 'file', code: 'file', sentence: { zh: `${error.path}：${why.zh}。`, en: `${error.path}: ${why.en}.` } };
}

function same(text: string): Sentence {
  return { zh: text, en: text };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
