import { Button, Skeleton } from 'antd';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { defineWords, useWords } from '../lib/words';
import { Whole, type Reading } from './whole';

const words = defineWords('paged-table', {
  more: { zh: '继续载入', en: 'Load more' },
  loaded: { zh: '已载入 {{count}} 行', en: { one: '{{count}} row loaded', other: '{{count}} rows loaded' } },
});

export interface Column<I> {
  readonly key: string;
  readonly title: string;
  readonly show: (item: I) => ReactNode;
  /** CSS width in a wide window, such as `9rem`; without one the column takes what is left. */
  readonly width?: string;
  readonly align?: 'end';
  /** On a narrow screen a row is a card: `title` stands on top of it, `hide` is left out. */
  readonly narrow?: 'title' | 'hide';
}

interface Pages<I> extends Reading {
  readonly items: readonly I[];
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  fetchNextPage(): unknown;
}

const rowPx = 40;
const marginRows = 12;
/** How close to the end of what is loaded the next page is asked for. */
const aheadRows = 60;

/**
 * A list of any length: pages come as one scrolls, and only the rows in sight stand in the document. It is a real table to a screen
 * reader; below 640 px the rows are cards. Each row is a link where `to` says so.
 */
export function PagedTable<I>({
  pages,
  columns,
  keyOf,
  to,
  empty,
  label,
}: {
  readonly pages: Pages<I>;
  readonly columns: readonly Column<I>[];
  readonly keyOf: (item: I) => string;
  readonly to?: (item: I) => string | undefined;
  readonly empty: ReactNode;
  /** What the table holds, for those who do not see it. */
  readonly label: string;
}) {
  const say = useWords(words);
  const isNarrow = useIsNarrow();
  const { items } = pages;
  return (
    <Whole reading={pages} empty={items.length === 0 ? empty : undefined}>
      {isNarrow ? (
        <Cards items={items} columns={columns} keyOf={keyOf} to={to} label={label} />
      ) : (
        <Rows pages={pages} columns={columns} keyOf={keyOf} to={to} label={label} />
      )}
      <p className="table-end quiet">
        {say('loaded', { count: items.length })}
        {pages.hasNextPage ? (
          <Button size="small" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {say('more')}
          </Button>
        ) : null}
      </p>
    </Whole>
  );
}

interface Listed<I> {
  readonly columns: readonly Column<I>[];
  readonly keyOf: (item: I) => string;
  readonly to: ((item: I) => string | undefined) | undefined;
  readonly label: string;
}

function Rows<I>({ pages, columns, keyOf, to, label }: Listed<I> & { readonly pages: Pages<I> }) {
  const { items, hasNextPage, isFetchingNextPage } = pages;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const navigate = useNavigate();
  const heightPx = box.current?.clientHeight ?? 800;
  const first = Math.max(0, Math.floor(top / rowPx) - marginRows);
  const last = Math.min(items.length, Math.ceil((top + heightPx) / rowPx) + marginRows);

  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last > items.length - aheadRows && items.length > marginRows * 3)
      void pages.fetchNextPage();
  }, [last, items.length, hasNextPage, isFetchingNextPage, pages]);

  return (
    // Scrolled by keys too, so it takes the focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
    <div
      className="table-box"
      ref={box}
      tabIndex={0}
      role="region"
      aria-label={label}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <table className="table" aria-rowcount={hasNextPage ? -1 : items.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" style={{ width: column.width, textAlign: column.align }}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 ? (
            <tr aria-hidden="true">
              <td colSpan={columns.length} style={{ height: first * rowPx, padding: 0 }} />
            </tr>
          ) : null}
          {items.slice(first, last).map((item, i) => {
            const path = to?.(item);
            const go = path === undefined ? undefined : () => void navigate(path);
            return (
              <tr
                key={keyOf(item)}
                aria-rowindex={first + i + 2}
                className={go ? 'row-link' : undefined}
                tabIndex={go ? 0 : undefined}
                onClick={(event) => {
                  // A selection or an inner link is not meant as "open".
                  if (getSelection()?.isCollapsed !== false && !(event.target as Element).closest('a,button,input,label')) go?.();
                }}
                onKeyDown={(event: KeyboardEvent) => {
                  if (event.key === 'Enter' && event.target === event.currentTarget) go?.();
                }}
              >
                {columns.map((column) => (
                  <td key={column.key} style={{ textAlign: column.align }}>
                    {column.show(item)}
                  </td>
                ))}
              </tr>
            );
          })}
          {last < items.length ? (
            <tr aria-hidden="true">
              <td colSpan={columns.length} style={{ height: (items.length - last) * rowPx, padding: 0 }} />
            </tr>
          ) : null}
        </tbody>
      </table>
      {isFetchingNextPage ? <Skeleton active title={false} paragraph={{ rows: 2 }} className="table-more" /> : null}
    </div>
  );
}

function Cards<I>({ items, columns, keyOf, to, label }: Listed<I> & { readonly items: readonly I[] }) {
  const navigate = useNavigate();
  const titles = columns.filter((column) => column.narrow === 'title');
  const rest = columns.filter((column) => column.narrow === undefined);
  return (
    <ul className="cards" aria-label={label}>
      {items.map((item) => {
        const path = to?.(item);
        return (
          <li key={keyOf(item)} className="card">
            <div className="card-title">
              {path === undefined ? (
                titles.map((column) => <span key={column.key}>{column.show(item)}</span>)
              ) : (
                <a
                  href={path}
                  onClick={(event) => {
                    event.preventDefault();
                    void navigate(path);
                  }}
                >
                  {titles.map((column) => (
                    <span key={column.key}>{column.show(item)}</span>
                  ))}
                </a>
              )}
            </div>
            <dl className="card-facts">
              {rest.map((column) => (
                <div key={column.key}>
                  <dt>{column.title}</dt>
                  <dd>{column.show(item)}</dd>
                </div>
              ))}
            </dl>
          </li>
        );
      })}
    </ul>
  );
}

const narrowWindow = matchMedia('(max-width: 640px)');
function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(narrowWindow.matches);
  useEffect(() => {
    const note = () => setNarrow(narrowWindow.matches);
    narrowWindow.addEventListener('change', note);
    return () => narrowWindow.removeEventListener('change', note);
  }, []);
  return isNarrow;
}
