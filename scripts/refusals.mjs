// `node scripts/refusals.mjs`: every code that says no, as docs/REFUSALS.md. Needs a build. `--check` only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './prepare.mjs';

const load = (lib) => import(pathToFileURL(join(root, `dist/libs/${lib}/src/index.js`)).href);
const [{ refusalTexts }, { evidenceFaultTexts, faultTexts, logFaultTexts }, { cryptoSentences }] = await Promise.all(
  ['contracts', 'ledger', 'crypto'].map(load),
);

const cell = (text) => text.replaceAll('|', '\\|');
function table(texts, withStatus) {
  const rows = Object.entries(texts).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = rows.map(([code, { status, zh, en }]) =>
    [`\`${code}\``, ...(withStatus ? [status] : []), cell(en), cell(zh)].join(' | '),
  );
  const head = ['code', ...(withStatus ? ['HTTP'] : []), 'English', '中文'];
  return [head.join(' | '), head.map(() => '---').join(' | '), ...lines].map((line) => `| ${line} |`).join('\n');
}

/** The whole page. */
const page = `# Refusals

Written by \`node scripts/refusals.mjs\`; do not edit. A code, once released, keeps its meaning. \`{name}\` stands for a detail of the case at hand.

## The exchange

As RFC 9457 problem details (\`application/problem+json\`): \`type\` is \`urn:quanlian:refusal:CODE\`; \`title\` holds both sentences, \`details\` what fills them, \`at\` the field, line or column at fault, \`faults\` several at once.

${table(refusalTexts, true)}

## A ledger that is checked

What \`quanlian verify\` and \`quanlian audit\` find wrong, with the index of the entry. An entry that the rules refuse is named with its refusal's code from above.

${table(faultTexts, false)}

## Checkpoints, tiles and proofs

What is wrong with a part of the log that somebody shows as evidence.

${table(logFaultTexts, false)}

## Evidence bundles and receipts

What is wrong with a bundle or a receipt that is checked, with the file of the bundle. What is wrong with its entries, notes and proofs has its code from above.

${table(evidenceFaultTexts, false)}

## Bytes, keys and encrypted files

What the command says of a file, a key or a signature on this machine.

${table(cryptoSentences, false)}
`;

const file = join(root, 'docs/REFUSALS.md');
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== page) {
    console.error('docs/REFUSALS.md is not current. Run: npm run build && node scripts/refusals.mjs');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, page);
}
