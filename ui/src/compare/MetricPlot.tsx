// The metrics of the compared artifacts: bars for up to five, parallel coordinates over more.

import { type Node, titleOf } from "../api/shapes";
import { cutDistinct } from "../values/names";
import { formatNumber, toNumber } from "../values/numbers";
import type { CompareRow } from "./table";

const MOST_BARS = 5;

export function MetricPlot({ nodes, rows }: { nodes: readonly Node[]; rows: readonly CompareRow[] }) {
  const numeric = rows.filter(({ values }) =>
    values.some((value) => Number.isFinite(toNumber(value?.value) ?? Number.NaN)),
  );
  if (numeric.length === 0) return null;
  const names = nodes.map((node) => `${titleOf(node)} ${node.version ?? node.key}`);
  const short = cutDistinct(names, 28);
  const labels = names.map((name) => short.get(name) ?? name);
  return numeric.length > MOST_BARS ? (
    <Parallel rows={numeric.slice(0, 12)} labels={labels} />
  ) : (
    <div className="bars-grid">
      {numeric.map((row) => (
        <Bars key={row.name} row={row} labels={labels} />
      ))}
    </div>
  );
}

function numbersOf(row: CompareRow): number[] {
  return row.values.map((value) => toNumber(value?.value) ?? Number.NaN);
}

function Bars({ row, labels }: { row: CompareRow; labels: readonly string[] }) {
  const numbers = numbersOf(row);
  const most = Math.max(...numbers.map((number) => (Number.isFinite(number) ? Math.abs(number) : 0)), Number.MIN_VALUE);
  return (
    <figure className="bars">
      <figcaption>{row.name}</figcaption>
      {labels.map((label, at) => {
        const number = numbers[at] as number;
        const width = Number.isFinite(number) ? (Math.abs(number) / most) * 100 : 0;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars have this order
          <div key={at} className="bar-row">
            <bdi className="bar-label">{label}</bdi>
            <span className="bar-track">
              <span className={number < 0 ? "bar bar-negative" : "bar"} style={{ width: `${width}%` }} />
            </span>
            <span className="number">{Number.isNaN(number) ? "–" : formatNumber(number)}</span>
          </div>
        );
      })}
    </figure>
  );
}

const WIDTH = 960;
const HEIGHT = 220;
const COLOURS = ["link", "metric", "model", "execution", "failed", "data"];

/** One axis a metric, one line an artifact. */
function Parallel({ rows, labels }: { rows: readonly CompareRow[]; labels: readonly string[] }) {
  const step = (WIDTH - 120) / Math.max(1, rows.length - 1);
  const axes = rows.map((row, at) => {
    const finite = numbersOf(row).filter(Number.isFinite);
    const [least, greatest] = [Math.min(...finite), Math.max(...finite)];
    const place = (value: number) => HEIGHT - 30 - ((value - least) / (greatest - least || 1)) * (HEIGHT - 60);
    return { row, x: 60 + at * step, least, greatest, place };
  });
  return (
    <figure className="bars">
      <figcaption>All metrics, one line an artifact</figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className="parallel"
        role="img"
        aria-label="Parallel coordinates of the metrics"
      >
        {axes.map(({ row, x, least, greatest }) => (
          <g key={row.name}>
            <line x1={x} x2={x} y1={30} y2={HEIGHT - 30} className="parallel-axis" />
            <text x={x} y={14} textAnchor="middle">
              {row.name}
            </text>
            <text x={x + 4} y={28} className="parallel-end">
              {formatNumber(greatest)}
            </text>
            <text x={x + 4} y={HEIGHT - 14} className="parallel-end">
              {formatNumber(least)}
            </text>
          </g>
        ))}
        {labels.map((label, at) => {
          const points = axes
            .map(({ row, x, place }) => [x, place(numbersOf(row)[at] as number)] as const)
            .filter(([, y]) => Number.isFinite(y));
          return (
            <polyline
              // biome-ignore lint/suspicious/noArrayIndexKey: the lines have this order
              key={at}
              points={points.map((point) => point.join(",")).join(" ")}
              className="parallel-line"
              style={{ stroke: `var(--${COLOURS[at % COLOURS.length]})` }}
            >
              <title>{label}</title>
            </polyline>
          );
        })}
      </svg>
    </figure>
  );
}
