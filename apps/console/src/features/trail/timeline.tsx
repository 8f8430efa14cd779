import {
  kindOfStatement,
  routes,
  statementKinds,
  statementKindWords,
  typesOfKind,
  type Answer,
  type StatementKind,
  type StatementType,
} from '#contracts';
import { Button } from 'antd';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useRead } from '../../lib/api';
import { count } from '../../lib/numbers';
import { localDay, localTime } from '../../lib/times';
import { useLocale, usePick, useWords } from '../../lib/words';
import { queryOf, type Change, type Filters } from './filters';
import { trailWords } from './words';

interface Bar {
  readonly from: string;
  readonly until: string;
  readonly count: number;
  readonly byKind: Readonly<Record<StatementKind, number>>;
}
const heightPx = 84;
const axisPx = 18;
const barsAtMost = 400;
const daySeconds = 86_400;

/** How many entries there were when, by kind: one narrows the period on it, and the kinds by its legend. */
export function Timeline({ filters, change }: { readonly filters: Filters; readonly change: (change: Change) => void }) {
  const say = useWords(trailWords);
  // Types are chosen in the legend, which must go on showing those that are not.
  const timeline = useRead(routes.trailTimeline, { query: queryOf({ ...filters, types: [] }) }, { staleTime: 60_000 });
  const bars = useMemo(() => barsOf(timeline.data), [timeline.data]);
  const shown = kindsShown(filters.types);
  if (bars.length === 0) return null;
  const narrow = (first: Bar, last: Bar) => change({ period: undefined, from: first.from, until: last.until });
  return (
    <section className="section timeline" aria-label={say('timeline')}>
      <div className="timeline-head">
        <h2>{say('timeline')}</h2>
        <Legend bars={bars} filters={filters} change={change} />
      </div>
      <Chart bars={bars} shown={shown} stepSeconds={timeline.data?.stepSeconds ?? 0} narrow={narrow} />
      <div className="quiet timeline-foot">
        <span className="timeline-hint">{say('timelineHint')}</span>
        {filters.from || filters.until || filters.period ? (
          <Button type="link" size="small" onClick={() => change({ from: undefined, until: undefined, period: undefined })}>
            {say('widen')}
          </Button>
        ) : null}
      </div>
    </section>
  );
}

function kindsShown(types: readonly StatementType[]): ReadonlySet<StatementKind> {
  return new Set(types.length === 0 ? statementKinds : types.map(kindOfStatement));
}

function Legend({
  bars,
  filters,
  change,
}: {
  readonly bars: readonly Bar[];
  readonly filters: Filters;
  readonly change: (change: Change) => void;
}) {
  const say = useWords(trailWords);
  const pick = usePick();
  const locale = useLocale();
  const chosen = kindsShown(filters.types);
  const toggle = (kind: StatementKind) => {
    const all = filters.types.length === 0;
    if (all) return change({ types: typesOfKind(kind) });
    const own = new Set(typesOfKind(kind));
    const next = chosen.has(kind) ? filters.types.filter((type) => !own.has(type)) : [...filters.types, ...own];
    const isWhole = statementKinds.every((one) => typesOfKind(one).every((type) => next.includes(type)));
    change({ types: isWhole ? [] : next });
  };
  return (
    <div className="legend" role="group" aria-label={say('legend')}>
      {statementKinds.map((kind) => (
        <button
          key={kind}
          type="button"
          className="legend-kind"
          aria-pressed={filters.types.length > 0 && chosen.has(kind)}
          onClick={() => toggle(kind)}
        >
          <span className={`kind-mark kind-${kind}`} aria-hidden="true" />
          {pick(statementKindWords[kind])}{' '}
          <span className="quiet">
            {count(
              bars.reduce((sum, bar) => sum + bar.byKind[kind], 0),
              locale,
            )}
          </span>
        </button>
      ))}
    </div>
  );
}

function Chart({
  bars,
  shown,
  stepSeconds,
  narrow,
}: {
  readonly bars: readonly Bar[];
  readonly shown: ReadonlySet<StatementKind>;
  readonly stepSeconds: number;
  readonly narrow: (first: Bar, last: Bar) => void;
}) {
  const say = useWords(trailWords);
  const pick = usePick();
  const locale = useLocale();
  const { box, widthPx } = useWidth();
  const [at, setAt] = useState(bars.length - 1);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const focused = Math.min(at, bars.length - 1);
  const shareOf = (many: number) => `${(100 * many) / bars.length}%`;
  const heights = bars.map((bar) => statementKinds.reduce((sum, kind) => sum + (shown.has(kind) ? bar.byKind[kind] : 0), 0));
  const most = Math.max(1, ...heights);
  const byDay = stepSeconds >= daySeconds;
  const moment = (instant: string) => (byDay ? localDay(instant) : localTime(instant, stepSeconds < 60));
  const endOf = (bar: Bar) => moment(byDay ? new Date(Date.parse(bar.until) - 1).toISOString() : bar.until);
  const nameOf = (bar: Bar, i: number) => {
    const parts = statementKinds
      .filter((kind) => shown.has(kind) && bar.byKind[kind] > 0)
      .map((kind) => `${pick(statementKindWords[kind])} ${bar.byKind[kind]}`);
    return [say('bar', { from: moment(bar.from), until: endOf(bar), count: heights[i] ?? 0 }), ...parts].join(
      locale === 'zh' ? '，' : ', ',
    );
  };
  // Of the chart: a few bars are no blocks, and four hundred are still seen.
  const barWidth = `${Math.max(0.15, Math.min(3, 90 / bars.length))}%`;
  const barAt = (event: PointerEvent) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(bars.length - 1, Math.floor(((event.clientX - left) / width) * bars.length)));
  };
  const take = (from: number, to: number) => {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const [first, last] = [bars[low], bars[high]];
    // A stretch in which nothing happened would leave an empty page, and no bars to widen it by.
    if (first && last && heights.slice(low, high + 1).some((height) => height > 0)) narrow(first, last);
  };
  const onKeyDown = (event: KeyboardEvent<SVGSVGElement>) => {
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -bars.length, End: bars.length, PageUp: -10, PageDown: 10 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(bars.length - 1, focused + move));
      setAt(next);
      event.currentTarget.querySelector<SVGGElement>(`[data-bar="${next}"]`)?.focus();
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      take(focused, focused);
    }
  };
  const labels = axisLabels(bars, widthPx);
  return (
    <div className="chart" ref={box}>
      {/* The bars inside are the buttons; keys and drags are heard here for all of them. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- see above */}
      <svg
        width="100%"
        height={heightPx + axisPx}
        role="group"
        aria-label={say('timeline')}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: barAt(event), to: barAt(event) });
        }}
        onPointerMove={(event) => {
          // Now: once React asks for the next state, the event knows no element any more.
          const to = barAt(event);
          setDrag((now) => now && { ...now, to });
        }}
        onPointerUp={() => {
          if (drag) take(drag.from, drag.to);
          setDrag(undefined);
        }}
        onPointerCancel={() => setDrag(undefined)}
      >
        <line x1={0} x2="100%" y1={heightPx} y2={heightPx} className="chart-line" />
        {drag ? (
          <rect
            className="chart-drag"
            x={shareOf(Math.min(drag.from, drag.to))}
            width={shareOf(Math.abs(drag.to - drag.from) + 1)}
            y={0}
            height={heightPx}
          />
        ) : null}
        {bars.map((bar, i) => {
          let top = heightPx;
          return (
            <g
              key={bar.from}
              data-bar={i}
              role="button"
              tabIndex={i === focused ? 0 : -1}
              aria-label={nameOf(bar, i)}
              className="chart-bar"
              onFocus={() => setAt(i)}
            >
              <title>{nameOf(bar, i)}</title>
              <rect x={shareOf(i)} y={0} width={shareOf(1)} height={heightPx} className="chart-hit" />
              {statementKinds.map((kind) => {
                const value = shown.has(kind) ? bar.byKind[kind] : 0;
                if (value === 0) return null;
                // Something that happened once in a busy year must still be seen.
                const height = Math.max(2, (value / most) * (heightPx - 6));
                top -= height;
                return (
                  <rect
                    key={kind}
                    x={shareOf(i + 0.05)}
                    y={Math.max(0, top)}
                    width={barWidth}
                    height={height}
                    className={`kind-${kind}`}
                  />
                );
              })}
            </g>
          );
        })}
        {labels.map(({ x, at: instant }) => (
          <text key={instant} x={x} y={heightPx + 13} className="chart-text">
            {moment(instant)}
          </text>
        ))}
      </svg>
    </div>
  );
}

type TimelineAnswer = Answer<typeof routes.trailTimeline>;

/** The buckets with the empty ones between them; where there are too many of those, only the ones in which something happened. */
function barsOf(timeline: TimelineAnswer | undefined): Bar[] {
  const [first] = timeline?.buckets ?? [];
  if (!timeline || !first) return [];
  const stepMs = timeline.stepSeconds * 1000;
  const counted = new Map(timeline.buckets.map((bucket) => [Date.parse(bucket.from), bucket]));
  const begin = Date.parse(first.from);
  const last = Date.parse(timeline.buckets.at(-1)?.from ?? first.from);
  const length = Math.round((last - begin) / stepMs) + 1;
  const starts = length <= barsAtMost ? Array.from({ length }, (_, i) => begin + i * stepMs) : [...counted.keys()];
  return starts.map((start) => {
    const byKind = { grant: 0, delivery: 0, end: 0, refusal: 0, register: 0 };
    for (const [type, value] of Object.entries(counted.get(start)?.byType ?? {}))
      byKind[kindOfStatement(type as StatementType)] += value;
    const from = new Date(start).toISOString();
    return { from, until: new Date(start + stepMs).toISOString(), count: counted.get(start)?.count ?? 0, byKind };
  });
}

function axisLabels(bars: readonly Bar[], widthPx: number): { x: string; at: string }[] {
  const many = Math.max(1, Math.min(bars.length, Math.floor(widthPx / 170)));
  const every = Math.ceil(bars.length / many);
  return bars.flatMap((bar, i) =>
    i % every === 0 && (i + every * 0.6 < bars.length || i === 0) ? [{ x: `${(100 * i) / bars.length}%`, at: bar.from }] : [],
  );
}

/** The width in which the axis is labelled. Until it is known, as in the page that the server draws, that of a phone: all else is in shares of it. */
function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [widthPx, setWidth] = useState(340);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const watch = new ResizeObserver(() => setWidth(Math.max(120, element.clientWidth)));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return { box, widthPx };
}
