import type { Item, Transformation } from '#contracts';
import { describeTransformation } from '#rights';
import { Alert, Checkbox, Select } from 'antd';
import { ToneTag } from '../../components/state-tag';
import { useLocale, useWords } from '../../lib/words';
import { stricterMasks, type MaskChoice, type ReviewDraft } from './narrowing';
import { reviewWords } from './words';

const keyOf = (choice: MaskChoice | undefined) =>
  choice === undefined ? 'entry' : choice === 'clear' ? 'clear' : JSON.stringify(choice.transformation);

/** The items asked for, each to be left out or masked more strictly; a personal one as it is only where that is chosen for it. */
export function NarrowItems({
  asked,
  items,
  draft,
  set,
  clear,
}: {
  readonly asked: readonly string[];
  readonly items: readonly Item[];
  readonly draft: ReviewDraft;
  readonly set: (draft: ReviewDraft) => void;
  readonly clear: readonly string[];
}) {
  const say = useWords(reviewWords);
  const locale = useLocale();
  const words = (mask: Transformation) => describeTransformation(mask, locale);
  const shown = items.filter(({ name }) => asked.includes(name));
  const choose = (name: string, key: string) => {
    const { [name]: _, ...others } = draft.masks;
    const choice: MaskChoice | undefined =
      key === 'entry' ? undefined : key === 'clear' ? 'clear' : { transformation: JSON.parse(key) as Transformation };
    set({ ...draft, masks: choice === undefined ? others : { ...others, [name]: choice } });
  };
  return (
    <>
      <p className="quiet review-note">{say('itemsLead')}</p>
      <div className="review-items">
        <table>
          <thead>
            <tr>
              <th scope="col">{say('item')}</th>
              <th scope="col">{say('mask')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((item) => {
              const isLeft = draft.left.includes(item.name);
              const isUndecided = item.personal && !item.mask;
              const choice = keyOf(draft.masks[item.name]);
              return (
                <tr key={item.name} className={isLeft ? 'review-off' : undefined}>
                  <th scope="row">
                    <Checkbox
                      checked={!isLeft}
                      // The last item cannot be left out: that would be a refusal.
                      disabled={!isLeft && draft.left.length === asked.length - 1}
                      aria-label={say('provide', { title: item.title })}
                      onChange={({ target }) =>
                        set({
                          ...draft,
                          left: target.checked ? draft.left.filter((name) => name !== item.name) : [...draft.left, item.name],
                        })
                      }
                    >
                      {item.title} {item.personal ? <ToneTag tone="warning">{say('personal')}</ToneTag> : null}
                    </Checkbox>
                  </th>
                  <td>
                    <Select
                      className="review-mask"
                      aria-label={say('maskOf', { title: item.title })}
                      disabled={isLeft}
                      popupMatchSelectWidth={false}
                      status={choice === 'clear' ? 'warning' : ''}
                      value={choice === 'entry' && isUndecided ? null : choice}
                      placeholder={say('choose')}
                      onChange={(key) => choose(item.name, key ?? 'entry')}
                      options={[
                        ...(isUndecided
                          ? []
                          : [
                              {
                                value: 'entry',
                                label: item.mask ? say('entryMask', { mask: words(item.mask) }) : say('plain'),
                              },
                            ]),
                        ...stricterMasks(item).map((mask) => ({ value: JSON.stringify(mask), label: words(mask) })),
                        ...(item.personal || item.mask
                          ? [{ value: 'clear', label: say(item.personal ? 'clear' : 'plain') }]
                          : []),
                      ]}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {clear.length > 0 ? (
        <Alert
          type="warning"
          showIcon
          className="refusal"
          title={say('clearWarning', {
            items: shown
              .filter(({ name }) => clear.includes(name))
              .map(({ title }) => title)
              .join(locale === 'zh' ? '、' : ', '),
          })}
        />
      ) : null}
    </>
  );
}
