import type { IncomingHttpHeaders } from 'node:http';

/** In this order: later browsers also say what the earlier ones are. */
const browsers: readonly (readonly [name: string, version: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\/(\d{1,4})/],
  ['Opera', /\bOPR\/(\d{1,4})/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/(\d{1,4})/],
  ['Chromium', /\b(?:HeadlessChrome|Chrome|CriOS|Chromium)\/(\d{1,4})/],
  ['Safari', /\bVersion\/(\d{1,4})[\d.]* (?:Mobile\/\w+ )?Safari\//],
];
const systems: readonly (readonly [name: string, mark: RegExp])[] = [
  ['HarmonyOS', /HarmonyOS|OpenHarmony/],
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X|Macintosh/],
  ['Linux', /Linux|X11/],
];

/** What a browser calls itself, for people to know their sessions by: "Chromium 156 · Linux". Undefined where it says nothing known. */
export function browserName(headers: IncomingHttpHeaders): string | undefined {
  const agent = (headers['user-agent'] ?? '').slice(0, 500);
  for (const [name, version] of browsers) {
    const found = version.exec(agent)?.[1];
    if (found === undefined) continue;
    const isChrome = name === 'Chromium' && String(headers['sec-ch-ua'] ?? '').includes('Google Chrome');
    const system = systems.find(([, mark]) => mark.test(agent))?.[0];
    return `${isChrome ? 'Chrome' : name} ${found}${system === undefined ? '' : ` · ${system}`}`;
  }
  return undefined;
}
