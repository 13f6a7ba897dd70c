// Curves as lines of a chart: places on the axis, smoothed values, what cannot be drawn. No drawing here.

import type { Curve, CurveAxis } from "../api/curves";
import { toNumber } from "../values/numbers";
import type { Axis, Range } from "./address";
import { smoothed } from "./smoothing";

/** A record whose curves are drawn. */
export interface CurveRecord {
  readonly key: string;
  /** What it is called beside others. */
  readonly name: string;
  readonly isLive: boolean;
}

/** Values on the axis of a chart, in its order; the lists are index-aligned. */
export interface Places {
  /** Steps, seconds since the first point, or seconds since 1970. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

export interface CurveLine extends Places {
  readonly key: string;
  readonly name: string;
  /** The number of its colour and dashes. */
  readonly look: number;
  readonly steps: readonly number[];
  /** Milliseconds since 1970. */
  readonly times: readonly number[];
  /** Undefined where nothing is smoothed. */
  readonly smooth: Places | undefined;
  readonly total: number;
  readonly notFinite: number;
  readonly notPositive: number;
  readonly isThinned: boolean;
}

/** What the server calls an axis. */
export const ASKED_AXIS: Readonly<Record<Axis, CurveAxis>> = { step: "step", relative: "elapsed", wall: "time" };

/** How many lines are drawn at once: as many as differ in colour and dashes. */
export const MOST_DRAWN = 24;

/** The records whose lines are drawn: the first ones that are not hidden. */
export function drawnOf<Each extends { readonly key: string }>(
  records: readonly Each[],
  hidden: ReadonlySet<string>,
): Each[] {
  return records.filter(({ key }) => !hidden.has(key)).slice(0, MOST_DRAWN);
}

/** The look of each drawn record: that of its place among all, or a free one where that is taken. */
export function looksOf(records: readonly { readonly key: string }[], drawn: readonly { readonly key: string }[]) {
  const place = new Map(records.map(({ key }, at) => [key, at % MOST_DRAWN]));
  const looks = new Map<string, number>();
  const taken = new Set<number>();
  for (const { key } of drawn) {
    let look = place.get(key) ?? 0;
    while (taken.has(look)) look = (look + 1) % MOST_DRAWN;
    taken.add(look);
    looks.set(key, look);
  }
  return looks;
}

/** A curve as a line.
 *
 * @param weight how strongly it is smoothed; 0 for not at all.
 */
export function lineOf(
  curve: Curve,
  record: Pick<CurveRecord, "key" | "name">,
  axis: Axis,
  weight: number,
  look: number,
): CurveLine {
  const place = placeOf(curve, axis);
  const order = inOrder(curve.times, axis);
  const sorted = <Each>(list: readonly Each[]) => order.map((at) => list[at] as Each);
  const [steps, times] = [sorted(curve.steps), sorted(curve.times)];
  const xs = steps.map((step, at) => place(step, times[at] as number));
  const ys = sorted(curve.values).map(numberOf);
  return {
    ...{ key: record.key, name: record.name, look, xs, ys, steps, times },
    smooth: weight > 0 ? smoothPlaces(curve, { xs, ys }, axis, weight) : undefined,
    total: curve.total,
    notFinite: curve.not_finite,
    notPositive: curve.not_positive,
    isThinned: curve.spans !== null,
  };
}

function placeOf(curve: Curve, axis: Axis): (step: number, time: number) => number {
  if (axis === "step") return (step) => step;
  const zero = axis === "relative" ? curve.first_time : 0;
  return (_, time) => (time - zero) / 1000;
}

/** The order along the axis: the server's is that of steps, and times may go back where a run went on from an earlier step. */
function inOrder(times: readonly number[], axis: Axis): number[] {
  const order = times.map((_, at) => at);
  if (axis === "step") return order;
  return order.sort((one, other) => (times[one] as number) - (times[other] as number) || one - other);
}

/** All values are smoothed and not only those that are drawn: a span stands for its mean, as often as it has values. */
function smoothPlaces(curve: Curve, whole: Places, axis: Axis, weight: number): Places {
  if (!curve.spans) return { xs: whole.xs, ys: smoothed(whole.ys, weight) };
  const { steps, times, means, counts } = curve.spans;
  const [place, order] = [placeOf(curve, axis), inOrder(times, axis)];
  const sorted = <Each>(list: readonly Each[]) => order.map((at) => list[at] as Each);
  const xs = sorted(times).map((time, at) => place(steps[order[at] as number] as number, time));
  return { xs, ys: smoothed(sorted(means).map(numberOf), weight, sorted(counts)) };
}

function numberOf(value: number | string): number {
  return toNumber(value) ?? Number.NaN;
}

/** The place of the point that is nearest to a place of the axis; -1 if there is none. */
export function nearestTo(xs: readonly number[], x: number): number {
  let [low, high] = [0, xs.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  if (low > 0 && x - (xs[low - 1] as number) <= (xs[low] as number) - x) return low - 1;
  return xs.length > 0 ? low : -1;
}

/** The ends of the axis: what is zoomed to, or the first and the last point of all lines. */
export function extentOf(lines: readonly CurveLine[], zoom: Range | undefined): Range {
  if (zoom) return zoom;
  const ends = lines.flatMap(({ xs }) => (xs.length > 0 ? [xs[0] as number, xs.at(-1) as number] : []));
  const [least, greatest] = [Math.min(...ends), Math.max(...ends)];
  if (ends.length === 0) return [0, 1];
  return least < greatest ? [least, greatest] : [least - 1, greatest + 1];
}

/** The least and the greatest value that can be drawn; undefined if there is none. */
export function valuesBetween(lines: readonly CurveLine[], [first, last]: Range, isLog: boolean): Range | undefined {
  let [least, greatest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of lines) {
    for (const { xs, ys } of line.smooth ? [line, line.smooth] : [line]) {
      for (const [at, y] of ys.entries()) {
        const x = xs[at] as number;
        if (x < first || x > last || !Number.isFinite(y) || (isLog && y <= 0)) continue;
        if (y < least) least = y;
        if (y > greatest) greatest = y;
      }
    }
  }
  return least <= greatest ? [least, greatest] : undefined;
}

/** Room around values, so that no line lies on the frame. */
export function padded([least, greatest]: Range, isLog: boolean): Range {
  if (isLog) {
    const room = least === greatest ? 2 : (greatest / least) ** 0.05;
    return [least / room, greatest * room];
  }
  const room = least === greatest ? Math.abs(least) * 0.1 || 1 : (greatest - least) * 0.05;
  return [least - room, greatest + room];
}
