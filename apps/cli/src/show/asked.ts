import { type RequestView, methodWords, word } from '#contracts';
import type { Say } from '../language.js';
import { printScope } from '../rows/print.js';
import { countText } from '../terminal/progress.js';
import { lastDayText, timeText } from './times.js';

/** Purpose, scope, method and term as fields: of a request, and of the right that came of it. */
export function askedFields(
  say: Say,
  asked: Omit<RequestView['asked'], 'quota'> & { quota?: RequestView['asked']['quota'] },
): [string, string][] {
  const { purpose, window, quota } = asked;
  return [
    [say({ zh: '使用依据', en: 'Legal basis' }), purpose.basis],
    [say({ zh: '使用场景', en: 'Scenario' }), purpose.scenario],
    [say({ zh: '数据项', en: 'Items' }), asked.items.join(', ')],
    [say({ zh: '行范围', en: 'Rows' }), printScope(asked.rows)],
    [say({ zh: '共享方式', en: 'Method' }), `${say(word(methodWords, asked.method))}: ${asked.formats.join(', ')}`],
    [say({ zh: '使用时限', en: 'Term' }), `${timeText(window.from)} – ${lastDayText(window.until)}`],
    ...(quota
      ? [
          [
            say({ zh: '配额', en: 'Quota' }),
            say({
              zh: `${quota.pulls} 次，共 ${countText(quota.rows)} 行，每日 ${quota.pullsPerDay} 次`,
              en: `${quota.pulls} pulls, ${countText(quota.rows)} rows in all, ${quota.pullsPerDay} a day`,
            }),
          ] as [string, string],
        ]
      : []),
  ];
}
