import type { ReactNode } from 'react';

/** From so many Latin letters on, or half as many Chinese signs, a value is a text to read: it has the whole width. */
const longLetters = 90;
const isLong = (value: ReactNode) => typeof value === 'string' && value.replace(/[^\0-\u02ff]/g, '##').length > longLetters;

/** Names and values, in columns where there is room. What is undefined is left out. */
export function Facts({ of }: { readonly of: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {of.map(([name, value]) =>
        value === undefined || value === null || value === '' ? null : (
          <div key={name} className={isLong(value) ? 'fact-long' : undefined}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
