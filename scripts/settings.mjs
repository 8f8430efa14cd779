// `node scripts/settings.mjs en|zh`: every setting as a Markdown table, for docs/OPERATE.md. Needs a build.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './prepare.mjs';

const { describeSettings } = await import(pathToFileURL(join(root, 'dist/libs/nest/src/index.js')).href);
console.log(describeSettings(process.argv[2] === 'zh' ? 'zh' : 'en'));
