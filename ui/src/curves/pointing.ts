// What is under the pointer, or under the arrow keys: the nearest point of each line, those nearest to the pointer first.

import { formatNumber } from "../values/numbers";
import { formatSeconds } from "../values/times";
import type { Axis } from "./address";
import { type CurveLine, nearestTo } from "./lines";
import { elapsedWords } from "./ticks";

export interface Pointed {
  readonly line: CurveLine;
  /** The number of its point. */
  readonly at: number;
  readonly value: number;
  /** The value as it is drawn, if it is smoothed. */
  readonly smooth: number | undefined;
}

/**
 * The points of lines that are nearest to a place of the axis, in the order of their distance from a value.
 *
 * @param distance how far a value is from the pointer.
 */
export function pointedAt(lines: readonly CurveLine[], x: number, distance: (value: number) => number): Pointed[] {
  const found = lines.flatMap((line) => {
    const at = nearestTo(line.xs, x);
    return at < 0 ? [] : [pointOf(line, at)];
  });
  const far = ({ value, smooth }: Pointed) => {
    const size = distance(smooth ?? value);
    return Number.isFinite(size) ? size : Number.MAX_VALUE;
  };
  return found.sort((one, other) => far(one) - far(other));
}

export function pointOf(line: CurveLine, at: number): Pointed {
  const { smooth } = line;
  const place = smooth ? nearestTo(smooth.xs, line.xs[at] as number) : -1;
  const drawn = smooth?.ys[place];
  return {
    line,
    at,
    value: line.ys[at] as number,
    smooth: drawn !== undefined && Number.isFinite(drawn) ? drawn : undefined,
  };
}

/** Where a point stands, in words: "step 1,200 · 28 Nov 2026, 14:05:09". */
export function placeWords({ line, at }: Pointed, axis: Axis): string {
  const step = `step ${formatNumber(line.steps[at] as number)}`;
  const time = formatSeconds(line.times[at] as number);
  if (axis === "relative") return `${elapsedWords(Math.round((line.xs[at] as number) * 10) / 10)} · ${step} · ${time}`;
  return axis === "wall" ? `${time} · ${step}` : `${step} · ${time}`;
}

export function valueWords({ value, smooth }: Pointed): string {
  return smooth === undefined ? formatNumber(value) : `${formatNumber(smooth)} (${formatNumber(value)})`;
}
