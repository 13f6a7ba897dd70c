// A parameter against a metric: one dot a record.

import { cutMiddle } from "../values/names";
import { count, formatNumber } from "../values/numbers";
import type { ChartAxis } from "./axes";
import { colourOf, type LookedProps, walkOver } from "./looks";

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 72;
const RIGHT = WIDTH - 24;
const TOP = 20;
const BOTTOM = HEIGHT - 52;

interface ScatterProps extends LookedProps {
  readonly x: ChartAxis;
  readonly y: ChartAxis;
}

export function Scatter({ x, y, ...looked }: ScatterProps) {
  const { names, best, active, onActive } = looked;
  const dots = names.flatMap((_, at) => {
    const [across, up] = [x.places[at] ?? null, y.places[at] ?? null];
    if (across === null || up === null) return [];
    return [{ at, cx: LEFT + across * (RIGHT - LEFT), cy: BOTTOM - up * (BOTTOM - TOP) }];
  });
  const order = dots.toSorted((one, other) => one.cx - other.cx || other.cy - one.cy).map(({ at }) => at);
  const left = names.length - dots.length;
  // Those that stand out are drawn last, above the others.
  const rank = (at: number) => Number(best.has(at)) + 2 * Number(at === active);
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className="chart-picture"
        role="application"
        aria-roledescription="chart"
        aria-label={`${y.row.title} against ${x.row.title}: ${count(dots.length, "record")}. Arrow keys walk over them`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk over the records
        tabIndex={0}
        onKeyDown={walkOver(order, looked)}
        onBlur={() => onActive(null)}
        onPointerLeave={() => onActive(null)}
      >
        <ScatterAxes x={x} y={y} />
        {dots
          .toSorted((one, other) => rank(one.at) - rank(other.at))
          .map(({ at, cx, cy }) => (
            <circle
              key={at}
              cx={cx}
              cy={cy}
              r={at === active ? 8 : best.has(at) ? 7 : 5}
              className={at === active ? "chart-dot chart-active" : "chart-dot"}
              style={{ fill: colourOf(at, looked) }}
              onPointerEnter={() => onActive(at)}
            >
              <title>{names[at]}</title>
            </circle>
          ))}
      </svg>
      {left > 0 && <p className="muted">{count(left, "record")} without both values not drawn.</p>}
    </>
  );
}

function ScatterAxes({ x, y }: Pick<ScatterProps, "x" | "y">) {
  return (
    <>
      <line x1={LEFT} x2={RIGHT} y1={BOTTOM + 8} y2={BOTTOM + 8} className="chart-axis" />
      <line x1={LEFT - 8} x2={LEFT - 8} y1={TOP} y2={BOTTOM} className="chart-axis" />
      {x.marks.map(({ place, value }) => (
        <text key={place} x={LEFT + place * (RIGHT - LEFT)} y={BOTTOM + 26} textAnchor={anchorOf(place)}>
          {markWords(value, x.marks.length)}
        </text>
      ))}
      {y.marks.map(({ place, value }) => (
        <text key={place} x={LEFT - 14} y={BOTTOM - place * (BOTTOM - TOP) + 4} textAnchor="end">
          {markWords(value, 2)}
        </text>
      ))}
      <text x={(LEFT + RIGHT) / 2} y={HEIGHT - 6} textAnchor="middle" className="chart-name">
        <title>{x.row.name}</title>
        {x.row.title}
        {x.isLog ? " (logarithmic)" : ""}
      </text>
    </>
  );
}

function anchorOf(place: number): "start" | "middle" | "end" {
  return place === 0 ? "start" : place === 1 ? "end" : "middle";
}

function markWords(value: number | string, marks: number): string {
  return typeof value === "number" ? formatNumber(value) : cutMiddle(value, Math.max(6, Math.floor(72 / marks)));
}
