import type { Sentence } from '#contracts';
import type { LogPolicy } from '../log/policy.js';

/** What is said wherever witnesses of the demo city count. */
export const demoWords: Sentence = {
  zh: '演示用见证节点同处一处，不能证明任何事。',
  en: 'Demo witnesses under one roof prove nothing.',
};

/** Whether a policy names witnesses of the demo: their names begin with `demo-`. */
export function isDemo({ witnesses }: LogPolicy): boolean {
  return witnesses.some(({ name, key }) => name.startsWith('demo-') || key.name.startsWith('demo-'));
}
