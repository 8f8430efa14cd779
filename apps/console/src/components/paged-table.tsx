import { Button, Skeleton } from 'antd';
import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { useNavigate } from 'react-router';
import { leastWidth } from '../lib/fitting-columns';
import { useKeptPlace } from '../lib/kept-place';
import { tallWindow } from '../lib/look-word';
import { defineWords, useWords } from '../lib/words';
import { fromList } from './back-link';
import { useFitting } from './use-fitting';
import { Whole, type Reading } from './whole';

const words = defineWords('paged-table', {
  more: { zh: '继续载入', en: 'Load more' },
  loaded: { zh: '已载入 {{count}} 行', en: { one: '{{count}} row loaded', other: '{{count}} rows loaded' } },
  whole: { zh: '共 {{count}} 行', en: { one: '{{count}} row', other: '{{count}} rows' } },
});

export interface Column<I> {
  readonly key: string;
  readonly title: string;
  readonly show: (item: I) => ReactNode;
  /** CSS width in a wide window, such as `9rem`; without one the column takes what is left. */
  readonly width?: string;
  readonly align?: 'end';
  /** In a window too narrow for all columns these give way, the lowest number first; the row's own page has what they tell. */
  readonly yields?: number;
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
/** How high a window is taken to be until the list can measure itself: as most that are `tallWindow`, and as the highest that are not. */
const guessedPx = { tall: 1080, low: 900 };
const marginRows = 12;
/** How close to the end of what is loaded the next page is asked for. */
const aheadRows = 60;

/**
 * A list of any length: pages come as one scrolls, and only the rows in sight stand in the document. It is a real table to a screen
 * reader; below 900 px, where the navigation goes too, the rows are cards. Each row is a link where `to` says so; who comes back finds the list where it was left and
 * the row that was opened.
 */
export function PagedTable<I>({
  pages,
  columns,
  keyOf,
  to,
  empty,
  label,
  abovePx = 180,
}: {
  readonly pages: Pages<I>;
  readonly columns: readonly Column<I>[];
  readonly keyOf: (item: I) => string;
  readonly to?: (item: I) => string | undefined;
  readonly empty: ReactNode;
  /** What the table holds, for those who do not see it. */
  readonly label: string;
  /** About how much of the page stands above the rows: what is first drawn is only what a window may show below it. */
  readonly abovePx?: number;
}) {
  const say = useWords(words);
  const isNarrow = useIsNarrow();
  const { items } = pages;
  return (
    <Whole reading={pages} empty={items.length === 0 ? empty : undefined}>
      {isNarrow ? (
        <Cards items={items} columns={columns} keyOf={keyOf} to={to} label={label} />
      ) : (
        <Rows pages={pages} columns={columns} keyOf={keyOf} to={to} label={label} abovePx={abovePx} />
      )}
      <p className="table-end quiet">
        {say(pages.hasNextPage ? 'loaded' : 'whole', { count: items.length })}
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

function Rows<I>({
  pages,
  columns: wanted,
  keyOf,
  to,
  label,
  abovePx,
}: Listed<I> & { readonly pages: Pages<I>; readonly abovePx: number }) {
  const { items, hasNextPage, isFetchingNextPage } = pages;
  const box = useRef<HTMLDivElement>(null);
  const columns = useFitting(box, wanted);
  const place = useKeptPlace(label);
  const [top, setTop] = useState(() => place.found()?.top ?? 0);
  const openRow = useOpenRow();
  const isFirst = useRef(true);
  /** How far down somebody was who came back, until as many rows are there again. */
  const wantedTop = useRef<number>(undefined);
  useLayoutEffect(() => {
    const kept = place.found()?.top;
    wantedTop.current = kept;
    // A list that the server drew may have been scrolled before its code was there.
    if (kept === undefined && isFirst.current) setTop(box.current?.scrollTop ?? 0);
    else box.current?.scrollTo({ top: kept ?? 0 });
    isFirst.current = false;
  }, [place]);
  useLayoutEffect(() => {
    const top = wantedTop.current;
    if (top === undefined) return;
    // After a reload pages come one by one: to the end of what is there, which asks for the next.
    box.current?.scrollTo({ top });
    if (!hasNextPage || (box.current?.scrollTop ?? 0) >= top) wantedTop.current = undefined;
  }, [items.length, hasNextPage]);
  const goElsewhere = () => void (wantedTop.current = undefined);
  useOpenedRow(box, place);
  // At first, and by the server, no more rows are drawn than may be seen: each costs a slow machine.
  const [heightPx, margin] = box.current
    ? [box.current.clientHeight, marginRows]
    : [guessedPx[matchMedia(tallWindow).matches ? 'tall' : 'low'] - abovePx, 0];
  // A list that became shorter meanwhile shows its end.
  const first = Math.max(0, Math.min(items.length, Math.floor(top / rowPx)) - margin);
  const last = Math.min(items.length, Math.ceil((top + heightPx) / rowPx) + margin);

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
      onScroll={({ currentTarget }) => {
        setTop(currentTarget.scrollTop);
        place.keep({ top: currentTarget.scrollTop });
      }}
      onWheel={goElsewhere}
      onPointerDown={goElsewhere}
      onKeyDown={goElsewhere}
    >
      <table className="table" style={{ minWidth: leastWidth(columns) }} aria-rowcount={hasNextPage ? -1 : items.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                data-yields={column.yields}
                style={{ width: column.width, textAlign: column.align }}
              >
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
            const row = keyOf(item);
            const go =
              path === undefined
                ? undefined
                : () => {
                    place.keep({ top: box.current?.scrollTop ?? 0, row });
                    openRow(path);
                  };
            return (
              <tr
                key={row}
                data-row={row}
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
  const list = useRef<HTMLUListElement>(null);
  const place = useKeptPlace(label);
  const openRow = useOpenRow();
  useOpenedRow(list, place);
  const titles = columns.filter((column) => column.narrow === 'title');
  const rest = columns.filter((column) => column.narrow === undefined);
  return (
    <ul className="cards" aria-label={label} ref={list}>
      {items.map((item) => {
        const path = to?.(item);
        const row = keyOf(item);
        return (
          <li key={row} className="card">
            <div className="card-title">
              {path === undefined ? (
                titles.map((column) => <span key={column.key}>{column.show(item)}</span>)
              ) : (
                <a
                  href={path}
                  data-row={row}
                  onClick={(event) => {
                    event.preventDefault();
                    place.keep({ top: 0, row });
                    openRow(path);
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

/** Opens a page from a list, and tells it so: its way back is then the browser's (components/back-link.tsx). */
function useOpenRow(): (path: string) => void {
  const navigate = useNavigate();
  return (path) => void navigate(path, { state: fromList });
}

/** Gives the focus back to the row that was opened, once it is there, so that keys go on from there and eyes find it. */
function useOpenedRow(inside: RefObject<HTMLElement | null>, place: ReturnType<typeof useKeptPlace>): void {
  const given = useRef<typeof place>(undefined);
  useEffect(() => {
    const row = given.current === place ? undefined : place.found()?.row;
    if (row === undefined) return;
    const found = inside.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row)}"]`);
    if (!found) return;
    given.current = place;
    found.focus();
  });
}

const narrowWindow = matchMedia('(max-width: 900px)');
function useIsNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(narrowWindow.matches);
  useEffect(() => {
    const note = () => setNarrow(narrowWindow.matches);
    narrowWindow.addEventListener('change', note);
    return () => narrowWindow.removeEventListener('change', note);
  }, []);
  return isNarrow;
}
