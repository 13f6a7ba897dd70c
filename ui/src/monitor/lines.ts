// Series of the API as lines of a plot. What stays out: drawing.

import type { Series } from "../api/shapes";
import type { Direction } from "../values/metricDirection";
import { toNumber } from "../values/numbers";
import type { PlotLine } from "../values/plotTypes";

export interface Drawn {
  readonly xs: readonly number[];
  readonly ticks: readonly string[];
  readonly lines: readonly PlotLine[];
}

/** What all plots share. */
export interface Axis {
  readonly extent: readonly [number, number] | undefined;
  readonly versions: readonly string[];
  /** The look of each line, by the value of its group: the same in all plots. */
  readonly looks: ReadonlyMap<string, number>;
}

type Point = Series["points"][number];

/** On one axis of time, in seconds. NaN and infinities are gaps.
 *
 * @param looks the look of each line, by the value of its group: the same in all plots.
 */
export function byTime(series: readonly Series[], looks?: Looks): Drawn {
  return draw(series, (point) => point.time / 1000, looks);
}

/** On an axis of versions; a version keeps its last value that can be drawn.
 *
 * @param ticks the versions of the axis, by default those of the series.
 */
export function byVersion(
  series: readonly Series[],
  ticks: readonly string[] = versionsOf(series),
  looks?: Looks,
): Drawn {
  const places = new Map(ticks.map((tick, at) => [tick, at]));
  return { ...draw(series, (point) => places.get(versionOf(point)) ?? -1, looks), ticks };
}

/** The versions of series, in the order in which they first appear. */
export function versionsOf(series: readonly Series[]): string[] {
  const points = series.flatMap((each) => each.points).sort((left, right) => left.time - right.time);
  return [...new Set(points.map(versionOf))];
}

/** From the first to the last point of series, in seconds: the axis that all plots share. */
export function extentOf(series: readonly Series[]): readonly [number, number] | undefined {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points } of series) {
    for (const { time } of points) {
      first = Math.min(first, time);
      last = Math.max(last, time);
    }
  }
  return first < last ? [first / 1000, last / 1000] : undefined;
}

function versionOf({ version, node }: Point): string {
  return version ?? node;
}

type Looks = ReadonlyMap<string, number> | undefined;

function draw(series: readonly Series[], x: (point: Point) => number, looks: Looks): Drawn {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(x)))].sort((left, right) => left - right);
  const place = new Map(xs.map((value, at) => [value, at]));
  const lines = series.map((each, at) => {
    const values: (number | null)[] = xs.map(() => null);
    for (const point of each.points) {
      const value = finite(point.value);
      if (value !== null) values[place.get(x(point)) as number] = value;
    }
    const name = nameOf(each, at);
    const look = looks?.get(Object.values(each.group)[0] ?? "");
    const drawn = series.length > 1 ? bridged(values, each, x, place) : values;
    return { name, values: drawn, ...(look !== undefined && { look }) };
  });
  return { xs, ticks: [], lines };
}

/** Where only other lines have a point, a line goes on; undefined is uPlot's word for that, null is a gap. */
function bridged(values: (number | null)[], each: Series, x: (point: Point) => number, place: Map<number, number>) {
  const own = new Set(each.points.map((point) => place.get(x(point))));
  return values.map((value, at) => (own.has(at) ? value : (undefined as unknown as null)));
}

/** How many points of series are NaN or infinite, and so are not drawn. */
export function notFinite(series: readonly Series[]): number {
  return series.flatMap(({ points }) => points).filter(({ value }) => finite(value) === null).length;
}

function finite(value: number | string): number | null {
  const number = toNumber(value);
  return number !== null && Number.isFinite(number) ? number : null;
}

/** What a line is called: the value of its group, or that it has none. */
function nameOf({ group }: Series, at: number): string {
  const [key] = Object.keys(group);
  return (
    Object.values(group).filter(Boolean).join(", ") ||
    (key ? `without ${key}` : at === 0 ? "value" : `series ${at + 1}`)
  );
}

/** The best value of all lines up to each place. */
export function bestSoFar(lines: readonly PlotLine[], direction: Direction): (number | null)[] {
  const better = direction === "lower" ? Math.min : Math.max;
  let best: number | null = null;
  const length = lines[0]?.values.length ?? 0;
  return Array.from({ length }, (_, at) => {
    for (const { values } of lines) {
      const value = values[at];
      if (typeof value === "number") best = best === null ? value : better(best, value);
    }
    return best;
  });
}
