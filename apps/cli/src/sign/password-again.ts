import { CallError } from '#contracts';
import type { Command } from 'commander';
import type { Bench, Desk } from '../desk.js';
import { Stop } from '../exits.js';

export interface PasswordOptions {
  readonly passwordFile?: string;
}

/** The option by which a script gives the password. */
export function passwordOption<T extends Command>(command: T, { say }: Bench): T {
  return command.option(
    '--password-file <file>',
    say({ zh: '密码取自文件首行，- 为标准输入', en: 'take the password from a file’s first line; - is stdin' }),
  );
}

/**
 * Sends what cannot be taken back, with the person's password where the exchange asks for it: it does not where an office head's approval
 * or the department's own key follows.
 */
export async function withPasswordAgain<A>(
  desk: Desk,
  { passwordFile }: PasswordOptions,
  send: (again: { password?: string }) => Promise<A>,
): Promise<A> {
  try {
    return await send({});
  } catch (error) {
    if (!(error instanceof CallError && error.problem?.code === 'password-needed')) throw error;
    const password = await ownPassword(desk, { passwordFile }).catch((none: unknown) => {
      // A script that gives none hears what is missing.
      throw none instanceof Stop && none.code === 'no-answer' ? error : none;
    });
    return send({ password });
  }
}

/** Asks for the password of who is logged in, for what cannot be taken back. */
export function ownPassword(desk: Desk, { passwordFile }: { readonly passwordFile?: string | undefined }): Promise<string> {
  const who = desk.session.login;
  return desk.ask.password(
    { zh: `这一步不能撤回，须输入${who}的密码`, en: `It cannot be taken back: the password of ${who}` },
    { file: passwordFile },
  );
}
