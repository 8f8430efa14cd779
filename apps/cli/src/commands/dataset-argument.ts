import type { Bench } from '../desk.js';
import { usage } from '../exits.js';

/** How a dataset is named on the command line. */
export function datasetArgument(bench: Bench): string {
  return bench.say({ zh: '编号、其开头、资源代码或完整名称', en: 'id, its beginning, resource code or exact title' });
}

/** The publisher's confirmation; throws without it. */
export function checkNoSecrets(secrets: boolean): void {
  // `--no-secrets` sets it to false; left out it stays true.
  if (secrets)
    throw usage(
      '发布者须确认不含国家秘密、工作秘密：加 --no-secrets。',
      'The publisher must confirm that it holds no state secrets and no work secrets: add --no-secrets.',
    );
}
