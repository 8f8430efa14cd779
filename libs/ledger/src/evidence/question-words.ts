import type { Sentence } from '#contracts';
import type { EvidenceQuestion } from './manifest.js';

/** A question in words. */
export function questionWords(question: EvidenceQuestion): Sentence {
  if ('right' in question) return { zh: `使用权 ${question.right}`, en: `the right ${question.right}` };
  if ('delivery' in question) return { zh: `数据提供 ${question.delivery}`, en: `the delivery ${question.delivery}` };
  if ('dataset' in question) return { zh: `政务数据资源 ${question.dataset}`, en: `the dataset ${question.dataset}` };
  return {
    zh: `${question.from} 至 ${question.until} 之前存证的记录`,
    en: `what was sealed from ${question.from} to before ${question.until}`,
  };
}
