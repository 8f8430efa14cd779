import { CallError, routes, type Statement } from '#contracts';
import { LOG } from '#ledger';
import type { Desk } from '../desk.js';

type NameOf = (codeOrId: string) => string | undefined;

/** Names of departments for codes, as the exchange tells them; an exchange that does not answer leaves the codes alone. */
export async function departmentNames(desk: Desk): Promise<NameOf> {
  const answer = await ifTold(desk.client.call(routes.departments, {}));
  const names = new Map(answer?.items.map((one) => [one.code, one.name]));
  const own = new Map([
    ['exchange', desk.say({ zh: '交换平台', en: 'the exchange' })],
    [LOG, desk.say({ zh: '账本', en: 'the log' })],
  ]);
  return (code) => own.get(code) ?? names.get(code);
}

/** Names of the departments and of the dataset that a statement mentions. */
export async function namesIn(desk: Desk, statement: Statement): Promise<NameOf> {
  const ofDepartments = await departmentNames(desk);
  const { body } = statement;
  const dataset = 'dataset' in body ? body.dataset : undefined;
  const found = dataset === undefined ? undefined : await ifTold(desk.client.call(routes.dataset, { params: { id: dataset } }));
  return (codeOrId) => (found && codeOrId === found.id ? found.entry.title : ofDepartments(codeOrId));
}

// Names are a courtesy: whoever may not know one still sees the code.
async function ifTold<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CallError) return undefined;
    throw error;
  }
}
