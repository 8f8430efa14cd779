import { CallError, routes, type DeliveryView, word } from '#contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { stageWords } from '../show/words.js';
import { countText } from '../terminal/progress.js';

const goOn = {
  zh: '再次运行同一命令即可继续同一次提取。',
  en: 'Run the same command again to go on with the same pull.',
};

const ends: ReadonlySet<DeliveryView['state']> = new Set<DeliveryView['state']>([
  'prepared',
  'received',
  'refused',
  'failed',
  'cancelled',
]);

/** Waits until a delivery can be downloaded, or has ended otherwise, showing its stages. Throws Stop when the time is over. */
export async function untilOver(desk: Desk, id: string, timeoutMs: number): Promise<DeliveryView> {
  const end = Date.now() + timeoutMs;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.3, 1_000)) {
    const view = await look(desk, id);
    if (view) {
      if (ends.has(view.state) && !view.waits) {
        desk.progress.finish();
        return view;
      }
      desk.progress.begin(view.waits?.sentence ?? word(stageWords, view.stage));
      if (view.progress) desk.progress.at(view.progress.done, view.progress.total, countText);
    }
    if (Date.now() > end) throw stillWaiting();
    await sleep(pauseMs, undefined, { signal: desk.signal });
  }
}

export function stillWaiting(): Stop {
  return new Stop('waiting', 'still-waiting', { zh: '数据仍在准备中。', en: 'The delivery is still being prepared.' }, goOn);
}

// An exchange that restarts is worth waiting for.
async function look(desk: Desk, id: string): Promise<DeliveryView | undefined> {
  try {
    return await desk.client.call(routes.delivery, { params: { id } }, { signal: desk.signal });
  } catch (error) {
    if (desk.signal.aborted) throw new DOMException('interrupted', 'AbortError');
    if (error instanceof CallError && (error.status === 0 || error.status === 503)) return undefined;
    throw error;
  }
}

/** Throws Stop when a delivery has ended without rows. */
export function checkReady(view: DeliveryView): void {
  const { state, problem } = view;
  if (state !== 'refused' && state !== 'failed' && state !== 'cancelled') return;
  const said = {
    refused: { zh: '该次提取被拒绝。', en: 'The pull was refused.' },
    failed: { zh: '该次数据提供失败。', en: 'The delivery failed.' },
    cancelled: { zh: '该次数据提供已取消。', en: 'The delivery was cancelled.' },
  }[state];
  throw new Stop('refused', problem?.code ?? `delivery-${state}`, problem?.title ?? said);
}
