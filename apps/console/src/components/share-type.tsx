import type { DatasetEntry } from '#contracts';
import { defineWords, useWords } from '../lib/words';
import './state-tag.css';

export const entryWords = defineWords('entry', {
  unconditional: { zh: '无条件共享', en: 'Unconditional' },
  conditional: { zh: '有条件共享', en: 'Conditional' },
  'not-shared': { zh: '不予共享', en: 'Not shared' },
  cycle1: { zh: '实时', en: 'Real time' },
  cycle2: { zh: '每日', en: 'Daily' },
  cycle3: { zh: '每周', en: 'Weekly' },
  cycle4: { zh: '每月', en: 'Monthly' },
  cycle5: { zh: '每季', en: 'Quarterly' },
  cycle6: { zh: '每年', en: 'Yearly' },
  一般: { zh: '一般', en: 'General' },
  重要: { zh: '重要', en: 'Important' },
  核心: { zh: '核心', en: 'Core' },
});

const tones = { unconditional: 'good', conditional: 'active', 'not-shared': 'bad' } as const;

/** 共享属性. */
export function ShareType({ of }: { readonly of: DatasetEntry['shareType'] }) {
  return <span className={`state state-${tones[of]}`}>{useWords(entryWords)(of)}</span>;
}

/** 更新周期. */
export function UpdateCycle({ of }: { readonly of: DatasetEntry['updateCycle'] }) {
  return useWords(entryWords)(`cycle${of}`);
}
