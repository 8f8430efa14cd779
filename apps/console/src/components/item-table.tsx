import type { Item, RightTerms } from '#contracts';
import { describeRules, describeTransformation } from '#rights';
import { defineWords, useLocale, useWords } from '../lib/words';
import './state-tag.css';
import './terms.css';

export const itemWords = defineWords('items', {
  label: { zh: '数据项', en: 'Items' },
  title: { zh: '数据项', en: 'Item' },
  type: { zh: '类型', en: 'Type' },
  required: { zh: '必填', en: 'Required' },
  personal: { zh: '个人信息', en: 'Personal' },
  key: { zh: '主键', en: 'Key' },
  rules: { zh: '规则', en: 'Rules' },
  defaultMask: { zh: '默认脱敏', en: 'Masked by default' },
  mask: { zh: '提供时', en: 'As it leaves' },
  yes: { zh: '是', en: 'Yes' },
  plain: { zh: '原样', en: 'As it is' },
  C: { zh: '字符', en: 'Text' },
  N: { zh: '数值', en: 'Number' },
  Y: { zh: '货币', en: 'Money' },
  D: { zh: '日期', en: 'Date' },
  T: { zh: '日期时间', en: 'Date and time' },
  L: { zh: '逻辑', en: 'Yes or no' },
  M: { zh: '备注', en: 'Long text' },
  G: { zh: '通用', en: 'General' },
  B: { zh: '双精度', en: 'Double' },
  I: { zh: '整型', en: 'Integer' },
  F: { zh: '浮点', en: 'Float' },
});

/** `zip 只留前 3 位`, without the item's title. Nothing where it is undefined. */
export function MaskWords({ mask }: { readonly mask: Item['mask'] }) {
  const locale = useLocale();
  const say = useWords(itemWords);
  return mask === undefined ? <span className="quiet">{say('plain')}</span> : describeTransformation(mask, locale);
}

/**
 * Items with type and mask. `transformations` are those that a right states, and then the whole truth; without them the entry's own
 * masks are shown. `full` adds what an entry says besides: whether a value is required, and by which rules it is checked.
 */
export function ItemTable({
  items,
  transformations,
  full = false,
}: {
  readonly items: readonly Item[];
  readonly transformations?: RightTerms['transformations'] | undefined;
  readonly full?: boolean;
}) {
  const say = useWords(itemWords);
  const locale = useLocale();
  const hasRules = full && items.some(({ rules }) => rules);
  const stated = transformations && new Map(transformations.map(({ item, transformation }) => [item, transformation]));
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
    <div className="item-table" role="region" aria-label={say('label')} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say('title')}</th>
            <th scope="col">{say('type')}</th>
            {full ? (
              <th scope="col" className="item-required">
                {say('required')}
              </th>
            ) : null}
            {hasRules ? <th scope="col">{say('rules')}</th> : null}
            <th scope="col">{say(stated ? 'mask' : 'defaultMask')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.name}>
              <th scope="row">
                {item.title} {item.name === item.title ? null : <code>{item.name}</code>}{' '}
                {item.personal ? <span className="state state-warning">{say('personal')}</span> : null}{' '}
                {full && item.key ? <span className="state">{say('key')}</span> : null}
              </th>
              <td>{say(item.type)}</td>
              {full ? <td className="item-required">{item.required ? say('yes') : ''}</td> : null}
              {hasRules ? (
                <td>
                  {describeRules(item.rules)
                    .map((rule) => rule[locale])
                    .join(locale === 'zh' ? '；' : '; ')}
                </td>
              ) : null}
              <td>
                <MaskWords mask={stated ? stated.get(item.name) : item.mask} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
