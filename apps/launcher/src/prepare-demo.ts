import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Settings } from '#settings';
import { demoState, loadDemo } from './demo/load-demo.js';
import { localHost } from './exchange.js';
import type { Progress } from './progress.js';
import { language, say, sayDemoFailed, sayDemoLoaded, sayDemoThere, words } from './words.js';

/**
 * Loads the demo city into an exchange that waits for its set-up, or goes on with a load that was cut off. Returns
 * what to say about logging in; undefined when this exchange is somebody's own.
 *
 * @param token of the one-time set-up link; undefined when the exchange is set up.
 */
export async function prepareDemo(
  settings: Settings,
  token: string | undefined,
  progress: Progress,
): Promise<string | undefined> {
  const state = demoState(settings.dataDir);
  const people = join(settings.dataDir, 'demo', 'people.txt');
  if (!token && state === 'loaded' && existsSync(people)) return sayDemoThere(people);
  if (!token && state !== 'begun') return undefined;
  const host = localHost(settings);
  const baseUrl = `${settings.tlsCertFile ? 'https' : 'http'}://${isIP(host) === 6 ? `[${host}]` : host}:${settings.port}`;
  try {
    const { peopleFile } = await progress.step(say(words.demo), (update) =>
      loadDemo({
        baseUrl,
        dataDir: settings.dataDir,
        locale: language,
        size: settings.demoSize,
        onProgress: update,
        ...(token === undefined ? {} : { setupToken: token }),
      }),
    );
    return sayDemoLoaded(readFileSync(peopleFile, 'utf8'), peopleFile);
  } catch (error) {
    // The exchange itself is well: it stays up, and the load goes on where it stopped.
    return sayDemoFailed((error as Error).message);
  }
}
