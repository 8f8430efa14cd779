import { CallError, routes, type DeliveryView } from '#contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Desk } from '../desk.js';
import { Stop } from '../exits.js';
import { stageWords, word } from '../show/words.js';
import { countText } from '../terminal/progress.js';

const goOn = {
  zh: '再次运行同一命令即可继续同一次提取。',
  en: 'Run the same command again to go on with the same pull.',
};

/** Waits until a delivery can be downloaded, showing its stages. Throws Stop when it ends otherwise, or the time is over. */
export async function untilReady(desk: Desk, id: string, timeoutMs: number): Promise<DeliveryView> {
  const end = Date.now() + timeoutMs;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.3, 1_000)) {
    const view = await look(desk, id);
    if (view) {
      if (view.state === 'prepared' || view.state === 'received') {
        desk.progress.finish();
        return view;
      }
      checkGoesOn(view);
      desk.progress.begin(word(stageWords, view.stage));
      if (view.progress) desk.progress.at(view.progress.done, view.progress.total, countText);
    }
    if (Date.now() > end)
      throw new Stop('waiting', 'still-waiting', { zh: '数据仍在准备中。', en: 'The delivery is still being prepared.' }, goOn);
    await sleep(pauseMs, undefined, { signal: desk.signal });
  }
}

// Between the seal of the pull and the first look of the exchange at it there may be no delivery to show yet; and an exchange that
// restarts is worth waiting for.
async function look(desk: Desk, id: string): Promise<DeliveryView | undefined> {
  try {
    return await desk.client.call(routes.delivery, { params: { id } }, { signal: desk.signal });
  } catch (error) {
    if (desk.signal.aborted) throw new DOMException('interrupted', 'AbortError');
    if (error instanceof CallError && (error.status === 404 || error.status === 0 || error.status === 503)) return undefined;
    throw error;
  }
}

/** Throws Stop when a delivery has ended without rows. */
export function checkGoesOn(view: DeliveryView): void {
  const { state, problem } = view;
  if (state !== 'refused' && state !== 'failed' && state !== 'cancelled') return;
  const said = {
    refused: { zh: '该次提取被拒绝。', en: 'The pull was refused.' },
    failed: { zh: '该次数据提供失败。', en: 'The delivery failed.' },
    cancelled: { zh: '该次数据提供已取消。', en: 'The delivery was cancelled.' },
  }[state];
  throw new Stop('refused', problem?.code ?? `delivery-${state}`, problem?.title ?? said);
}
