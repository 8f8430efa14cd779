import type { Finding } from '#postgres';
import type { Sentence } from './backup-command.js';

/** What an audit found, for a person. */
export function findingSentence(finding: Finding): Sentence {
  if (finding.what === 'entry') return finding.sentence;
  if (finding.what === 'tree') {
    const { id, sentence } = finding;
    return { zh: `${id}：${sentence.zh}`, en: `${id}: ${sentence.en}` };
  }
  const { kind, id, difference } = finding;
  const words = {
    missing: { zh: '缺失', en: 'is missing' },
    extra: { zh: '账本中没有', en: 'is not what the ledger leads to: it has none' },
    different: { zh: '与账本不符', en: 'is not what the ledger leads to' },
  }[difference];
  return { zh: `projection.${kind} ${id} ${words.zh}`, en: `projection.${kind} ${id} ${words.en}` };
}
