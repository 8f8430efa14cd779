// A reporter for node's test runner: one line of JSON a result, for scripts/test.mjs to count and print.
import { inspect } from 'node:util';

export default async function* reportLines(source) {
  for await (const { type, data } of source) {
    // An error that no test was running to receive only sets the exit code and says so here.
    if (type === 'test:diagnostic' && /asynchronous activity|uncaughtException|unhandledRejection/.test(data.message))
      yield `${JSON.stringify({ passed: false, name: 'after the tests', error: data.message })}\n`;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const error = data.details?.error;
    // A parent that failed only because a test inside it failed says nothing new.
    if (error?.failureType === 'subtestsFailed') continue;
    const isSuite = data.details?.type === 'suite';
    if (isSuite && type === 'test:pass' && data.skip === undefined) continue;
    const cause = error?.cause ?? error;
    yield `${JSON.stringify({
      passed: type === 'test:pass',
      name: data.name,
      skip: data.skip === undefined ? undefined : String(data.skip),
      todo: data.todo === undefined ? undefined : String(data.todo),
      error: cause === undefined ? undefined : typeof cause === 'string' ? cause : inspect(cause, { depth: 4 }),
    })}\n`;
  }
}
