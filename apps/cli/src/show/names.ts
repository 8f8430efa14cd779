import { CallError, routes } from '#contracts';
import type { Desk } from '../desk.js';

/** Names of departments for codes, as the exchange tells them; an exchange that does not answer leaves the codes alone. */
export async function departmentNames(desk: Desk): Promise<(code: string) => string | undefined> {
  try {
    const { items } = await desk.client.call(routes.departments, {});
    const names = new Map(items.map((one) => [one.code, one.name]));
    return (code) => (code === 'exchange' ? desk.say({ zh: '交换平台', en: 'the exchange' }) : names.get(code));
  } catch (error) {
    if (error instanceof CallError) return () => undefined;
    throw error;
  }
}
