// A small line of numbers, one for each version: how a metric went. Each value is on hover; readers of a screen hear it all.

import { count, formatNumber } from "./numbers";

/** A place of the line; null where there is no number. */
export interface SparkPoint {
  readonly id: string;
  readonly label: string;
  readonly value: number | null;
}

interface SparklineProps {
  /** What the numbers are: "Accuracy". */
  readonly title: string;
  readonly points: readonly SparkPoint[];
  /** The place that is looked at now. */
  readonly current?: number | undefined;
}

const WIDTH = 120;
const HEIGHT = 32;
const EDGE = 4;

export function Sparkline({ title, points, current }: SparklineProps) {
  const { x, y } = scalesOf(points);
  const width = points.length > 1 ? x(1) - x(0) : WIDTH;
  const shown = current === undefined ? undefined : points[current];
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img">
      <title>{describeSpark(title, points)}</title>
      <path d={pathOf(points, x, y)} />
      {points.map(({ id, value }, at) =>
        value !== null && isAlone(points, at) ? <circle key={id} cx={x(at)} cy={y(value)} r={2} /> : null,
      )}
      {shown && isNumber(shown.value) && current !== undefined && (
        <circle className="sparkline-current" cx={x(current)} cy={y(shown.value)} r={3.5} />
      )}
      {points.map(({ id, label, value }, at) => (
        <rect key={id} x={x(at) - width / 2} y={0} width={width} height={HEIGHT}>
          <title>{`${label}: ${value === null ? "no value" : formatNumber(value)}`}</title>
        </rect>
      ))}
    </svg>
  );
}

/** The line in words: "Accuracy over 6 versions, from 0.91 (1) to 0.99 (6); least 0.9, greatest 0.99". */
export function describeSpark(title: string, points: readonly SparkPoint[]): string {
  const known = points.filter(({ value }) => isNumber(value));
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return `${title}: no values`;
  const numbers = known.map(({ value }) => value as number);
  const ends = `from ${formatNumber(first.value as number)} (${first.label}) to ${formatNumber(last.value as number)} (${last.label})`;
  const extremes = `least ${formatNumber(Math.min(...numbers))}, greatest ${formatNumber(Math.max(...numbers))}`;
  return `${title} over ${count(known.length, "version")}, ${ends}; ${extremes}`;
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

function scalesOf(points: readonly SparkPoint[]) {
  const numbers = points.map(({ value }) => value).filter(isNumber);
  const [least, greatest] = [Math.min(...numbers), Math.max(...numbers)];
  const span = greatest - least || 1;
  const steps = Math.max(1, points.length - 1);
  return {
    x: (at: number) => EDGE + (at / steps) * (WIDTH - 2 * EDGE),
    // Equal numbers lie in the middle.
    y: (value: number) =>
      greatest === least ? HEIGHT / 2 : HEIGHT - EDGE - ((value - least) / span) * (HEIGHT - 2 * EDGE),
  };
}

/** A line that ends where a number is missing, and begins again behind it. */
function pathOf(points: readonly SparkPoint[], x: (at: number) => number, y: (value: number) => number): string {
  return points
    .map(({ value }, at) => {
      if (!isNumber(value)) return "";
      return `${isNumber(points[at - 1]?.value) ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join("");
}

function isAlone(points: readonly SparkPoint[], at: number): boolean {
  return isNumber(points[at]?.value) && !isNumber(points[at - 1]?.value) && !isNumber(points[at + 1]?.value);
}
