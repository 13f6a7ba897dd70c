// Parallel coordinates: one axis a parameter or metric, one line a record.

import { cutMiddle } from "../values/names";
import { count, formatNumber } from "../values/numbers";
import type { ChartAxis } from "./axes";
import { colourOf, type LookedProps, walkOver } from "./looks";

const STEP = 132;
const HEIGHT = 320;
const TOP = 52;
const BOTTOM = HEIGHT - 28;
const SIDE = 66;

export function Parallel({ axes, ...looked }: LookedProps & { axes: readonly ChartAxis[] }) {
  const { names, best, active, onActive } = looked;
  const width = Math.max(2, axes.length) * STEP;
  const x = (at: number) => SIDE + (axes.length > 1 ? at * ((width - 2 * SIDE) / (axes.length - 1)) : 0);
  const y = (place: number) => BOTTOM - place * (BOTTOM - TOP);
  const rank = (at: number) => Number(best.has(at)) + 2 * Number(at === active);
  const order = names.map((_, at) => at);
  const gaps = order.filter((record) => axes.some(({ places }) => places[record] === null)).length;
  return (
    <>
      <div className="scroll-x">
        <svg
          viewBox={`0 0 ${width} ${HEIGHT}`}
          className="chart-picture"
          style={{ minWidth: Math.min(width, axes.length * 96) }}
          role="application"
          aria-roledescription="chart"
          aria-label={`Parallel coordinates of ${count(names.length, "record")} over ${axes.map(({ row }) => row.title).join(", ")}. Arrow keys walk over them`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk over the records
          tabIndex={0}
          onKeyDown={walkOver(order, looked)}
          onBlur={() => onActive(null)}
          onPointerLeave={() => onActive(null)}
        >
          {order
            .toSorted((one, other) => rank(one) - rank(other))
            .map((record) => {
              const points = axes.flatMap(({ places }, at) => {
                const place = places[record] ?? null;
                return place === null ? [] : [`${x(at)},${y(place)}`];
              });
              return (
                <polyline
                  key={record}
                  points={points.join(" ")}
                  className={lineClass(record, looked)}
                  style={{ stroke: colourOf(record, looked) }}
                  onPointerEnter={() => onActive(record)}
                >
                  <title>{names[record]}</title>
                </polyline>
              );
            })}
          {axes.map((axis, at) => (
            <AxisMarks
              key={axis.row.key}
              axis={axis}
              x={x(at)}
              y={y}
              isLow={at % 2 === 1}
              anchor={anchorOf(at, axes.length)}
            />
          ))}
        </svg>
      </div>
      {gaps > 0 && <p className="muted">{count(gaps, "record")} without a value on an axis: the line goes past it.</p>}
    </>
  );
}

interface AxisMarksProps {
  readonly axis: ChartAxis;
  readonly x: number;
  readonly y: (place: number) => number;
  /** Whether its name stands lower, so that it does not run into its neighbours'. */
  readonly isLow: boolean;
  readonly anchor: "start" | "middle" | "end";
}

function AxisMarks({ axis, x, y, isLow, anchor }: AxisMarksProps) {
  return (
    <g className="chart-column">
      <line x1={x} x2={x} y1={TOP} y2={BOTTOM} className="chart-axis" />
      <text
        x={anchor === "start" ? 2 : anchor === "end" ? x + SIDE - 2 : x}
        y={isLow ? 30 : 14}
        textAnchor={anchor}
        className="chart-name"
      >
        <title>{axis.row.name}</title>
        {cutMiddle(axis.row.title, 24)}
        {axis.isLog ? " (log)" : ""}
      </text>
      {axis.marks.map(({ place, value }) => (
        <text key={place} x={x + 5} y={y(place) + (place === 1 ? -4 : place === 0 ? 14 : 4)}>
          {typeof value === "number" ? formatNumber(value) : cutMiddle(value, 14)}
        </text>
      ))}
    </g>
  );
}

function anchorOf(at: number, axes: number): AxisMarksProps["anchor"] {
  if (at === 0) return "start";
  return at === axes - 1 ? "end" : "middle";
}

function lineClass(record: number, { names, best, active }: LookedProps): string {
  const isFaint = names.length > 20 && record !== active && !best.has(record);
  return `chart-line ${record === active ? "chart-active" : ""} ${isFaint ? "chart-faint" : ""}`;
}
