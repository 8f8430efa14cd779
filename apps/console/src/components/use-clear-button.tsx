import { CloseCircleFilled } from '@ant-design/icons';
import type { ReactNode } from 'react';
import { defineWords, useWords } from '../lib/words';

const words = defineWords('clear-button', { clear: { zh: '清除', en: 'Clear' } });

/** For `allowClear` of a field or a choice: its button says in the person's language what it does, which Ant Design's own says in English. */
export function useClearButton(): { readonly clearIcon: ReactNode; readonly label: string } {
  const label = useWords(words)('clear');
  return { clearIcon: <CloseCircleFilled aria-label={label} />, label };
}
