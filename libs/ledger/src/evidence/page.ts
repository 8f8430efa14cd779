import { statementWords } from '#contracts';
import { toBase64, toHex } from '#crypto';
import { leafHash, type Entry } from '../entry.js';
import type { Checkpoint } from '../log/checkpoint.js';
import type { LogPolicy } from '../log/policy.js';
import { entryFile, proofFile, type EvidenceManifest } from './manifest.js';
import { isDemo, demoWords } from './demo-witnesses.js';
import { questionWords } from './question-words.js';

/** Changed with any change of what `index.html`, `README.txt` or `check.sh` say: a verifier makes them again and compares. */
export const PAGES_VERSION = 1;

/**
 * The page of a bundle for people, in both languages: no script, nothing from elsewhere. Everything in it follows from the entries and the
 * checkpoint, and everything that came from departments is escaped. Memory is its text.
 */
export class EvidencePage {
  private readonly names = new Map<string, string>();
  private readonly rows: string[] = [];

  /** Entries come in the order of their indexes, so that a department is named before it speaks. */
  add(entry: Entry, bytes: Uint8Array, isObject: boolean): void {
    const { statement, index, sealedAt } = entry;
    if (statement.type === 'ledger.opened') this.names.set(statement.body.competent.department, statement.body.competent.name);
    if (statement.type === 'department.admitted') this.names.set(statement.body.department, statement.body.name);
    const words = statementWords[statement.type];
    const facts = Object.entries(statement.body).map(([key, value]) => fact(key, value));
    const approvals = (statement.approvals ?? []).map(({ office, person, at }) => fact('approval', `${office} ${person} ${at}`));
    const signed = entry.signatures.map(({ issuer, keyId }) => fact('signature', `${issuer} ${keyId}`));
    this.rows.push(
      `<tr${isObject ? '' : ' class="support"'}><td><a href="${entryFile(index)}">${index}</a></td>` +
        `<td>${sealedAt}</td><td>${words.zh}<br>${words.en}<br><code>${statement.type}</code></td>` +
        `<td>${escape(this.names.get(statement.issuer) ?? '')}<br><code>${escape(statement.issuer)}</code></td>` +
        `<td><dl>${fact('id', statement.id)}${facts.join('')}${approvals.join('')}${signed.join('')}</dl>` +
        `<code>${toHex(leafHash(bytes))}</code> <a href="${proofFile(index)}">证明 proof</a></td></tr>\n`,
    );
  }

  text(manifest: EvidenceManifest, checkpoint: Checkpoint, signers: readonly string[], policy: LogPolicy): string {
    const { zh, en } = questionWords(manifest.question);
    const demo = isDemo(policy) ? `<p class="warn">${demoWords.zh}<br>${demoWords.en}</p>` : '';
    const seen =
      manifest.view === 'all'
        ? ['监管视角：全部记录。', 'As who supervises sees it: all entries.']
        : [`部门视角：仅涉及 ${manifest.view} 的记录。`, `As a department sees it: only entries that name ${manifest.view}.`];
    return `${head}<h1>证据包 Evidence: ${escape(zh)}</h1>
<p>${escape(en)}</p>
<p class="warn">本页本身不能证明任何事；请按 <a href="README.txt">README.txt</a> 查验。查验命令会重新生成本页并逐字节比对。<br>
This page by itself proves nothing: check it as <a href="README.txt">README.txt</a> says. The check makes this page again and compares it byte by byte.</p>
${demo}<dl>${fact('账本 ledger', manifest.origin)}${fact('账本签封 checkpoint', `${checkpoint.size} · ${toBase64(checkpoint.root)}`)}${signers
      .map((line) => fact('签名 signature', line))
      .join('')}${fact('视角 view', seen.join(' '))}${fact(
      '记录 entries',
      `${manifest.object.length} + ${manifest.support.length} (查验所需 needed to check)`,
    )}</dl>
<table><thead><tr><th>序号<br>Index</th><th>存证时间（UTC）<br>Sealed (UTC)</th><th>事项<br>Matter</th><th>签署方<br>Issuer</th><th>签署内容与叶摘要<br>What was signed, leaf hash</th></tr></thead><tbody>
${this.rows.join('')}</tbody></table>
<p>灰色各行是查验其余记录所需的。文字内容在账本中只有承诺值，不在包内。<br>
Rows in grey are those that the others are checked by. Texts stand in the ledger only as commitments and are not in the bundle.</p>
</body></html>
`;
  }
}

function fact(name: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `<dt>${escape(name)}</dt><dd>${escape(text)}</dd>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const head = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>证据包 Evidence</title><style>
body{font:14px/1.5 "Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:2em;color:#1a1a1a}
table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.4em .6em;vertical-align:top;text-align:left}
th{background:#f2f4f7}thead{display:table-header-group}tr{break-inside:avoid}.support td{color:#777}
dl{margin:0;display:grid;grid-template-columns:max-content 1fr;gap:0 1em}dt{color:#555}dd{margin:0;overflow-wrap:anywhere}
code{font-size:11px;color:#777;overflow-wrap:anywhere}.warn{border-left:4px solid #c60;padding-left:1em}
@page{size:A4 landscape;margin:12mm}
</style></head><body>
`;
