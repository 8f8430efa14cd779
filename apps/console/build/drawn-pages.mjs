// For pages that the server draws: one style sheet of all that stands in each, and the page around the drawing.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './vite.config.mjs';

/** The sheets of a source and all that it loads at once. */
function sheetsOf(manifest, source, seen = new Set()) {
  if (seen.has(source)) return [];
  seen.add(source);
  const { imports = [], css = [] } = manifest[source];
  return [...imports.flatMap((one) => sheetsOf(manifest, one, seen)), ...css];
}

/** What the console's own page has where a drawn one has its sheet, its first script, and the drawing. */
const ownFiles = /^\s*<(?:script type="module"|link rel="(?:modulepreload|stylesheet)")[^>]*>(?:<\/script>)?\n/gm;
const emptyRoot = '<div id="root"></div>';

/**
 * Writes the sheets, and `drawn.json`: by path, what comes before a drawing and what after it. Gives the sheets' paths. A slow machine
 * takes longer for ten small sheets than for all that is in them; the console counts the ten as loaded, since their links stand there,
 * switched off.
 */
export function buildDrawnPages(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8'));
  const sources = JSON.parse(readFileSync(join(root, 'src/drawn/pages.json'), 'utf8'));
  const page = readFileSync(join(folder, 'index.html'), 'utf8').replaceAll(ownFiles, '');
  const begin = manifest['src/drawn/begin.ts'];
  const pages = {};
  const written = [];
  for (const [path, source] of Object.entries(sources)) {
    const sheets = [...new Set([...sheetsOf(manifest, 'src/main.tsx'), ...sheetsOf(manifest, source)])];
    const style = sheets.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
    const file = `assets/drawn${path.replace('/', '-')}-${createHash('sha256').update(style).digest('hex').slice(0, 8)}.css`;
    writeFileSync(join(folder, file), style);
    written.push(file);
    const head = [
      `<link rel="stylesheet" crossorigin href="/${file}">`,
      ...sheets.map((one) => `<link rel="stylesheet" crossorigin href="/${one}" disabled>`),
      ...begin.imports.map((one) => `<link rel="modulepreload" crossorigin href="/${manifest[one].file}">`),
      `<script type="module" blocking="render" crossorigin src="/${begin.file}"></script>`,
    ];
    pages[path] = page.replace('</head>', `${head.join('')}</head>`).split(emptyRoot);
  }
  writeFileSync(join(folder, 'drawn.json'), JSON.stringify(pages));
  return written;
}
