// Prints a new one-time set-up link for a running exchange that is not set up yet, and makes earlier links worthless.
// Runs on the exchange's own machine, with its settings: whoever may read its data folder may set it up.
import { resolve } from 'node:path';
import { readSettings, SettingsError } from '#nest';
import { findApiAddress } from './database.js';
import { drawSetUpToken, setUpLink } from './set-up-link.js';
import { say, words } from './words.js';

const root = resolve(import.meta.dirname, '../../../..');

try {
  const settings = readSettings(process.env, root);
  const address = findApiAddress(settings);
  if (!address) throw new Error(say(words.notRunning));
  const token = await drawSetUpToken(settings, address);
  if (!token) throw new Error(say(words.alreadySetUp));
  process.stdout.write(`${setUpLink(settings, token)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof SettingsError ? error.problems.map(say).join('\n') : (error as Error).message}\n`);
  process.exitCode = 1;
}
