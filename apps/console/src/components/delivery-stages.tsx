import { deliveryStages, type DeliveryView } from '#contracts';
import { count } from '../lib/numbers';
import { defineWords, useLocale, usePick, useWords } from '../lib/words';
import './delivery-stages.css';

const words = defineWords('delivery-stages', {
  label: { zh: '准备进度', en: 'How far it is' },
  of: { zh: '第 {{at}} 步，共 {{total}} 步', en: 'Step {{at}} of {{total}}' },
  received: { zh: '已签收', en: 'Received' },
});

type Stage = DeliveryView['stage'];
const path = (Object.keys(deliveryStages) as Stage[]).filter((stage) => stage !== 'ended');

/**
 * The stages of a delivery in a line, the present one marked; with the share of rows done where that is known. On a narrow screen only the
 * present one is named. Nothing for one that ended without data: its state says that.
 */
export function DeliveryStages({
  delivery,
}: {
  readonly delivery: Pick<DeliveryView, 'state' | 'stage'> & { readonly progress?: DeliveryView['progress'] };
}) {
  const say = useWords(words);
  const pick = usePick();
  const locale = useLocale();
  const { state, stage, progress } = delivery;
  const isReceived = state === 'received';
  // `prepared` and `ended`: the payload is no longer there, which is another matter than how far it came.
  if (stage === 'ended' && state !== 'prepared' && !isReceived) return null;
  const at = isReceived ? path.length : path.indexOf(stage === 'ended' ? 'ready' : stage);
  const steps = [...path.map((name) => pick(deliveryStages[name])), say('received')];
  return (
    <div className="stages" role="group" aria-label={say('label')}>
      <ol>
        {steps.map((name, i) => (
          <li
            key={name}
            className={i < at || isReceived ? 'stage stage-done' : i === at ? 'stage stage-now' : 'stage'}
            aria-current={i === at ? 'step' : undefined}
          >
            <span className="stage-name">{name}</span>
          </li>
        ))}
      </ol>
      <p className="stages-now quiet" role="status">
        <b>{steps[at]}</b>{' '}
        {progress && progress.total > 0 && !isReceived
          ? `${count(progress.done, locale)} / ${count(progress.total, locale)}`
          : say('of', { at: at + 1, total: steps.length })}
      </p>
    </div>
  );
}
