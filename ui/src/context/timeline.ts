// When executions ran, on one axis that all of them share. What stays out: drawing (Timeline.tsx).

import { durationOf, type Row } from "../api/shapes";

export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * When an execution ran; one that runs ran until now. One whose start or end is not recorded has no length: it is where
 * it started, or was created.
 */
export function ranAt(row: Row, now: number): Span {
  const start = row.started ?? row.created;
  return { start, end: start + (durationOf(row, now) ?? 0) };
}

/** From the first start to the last end. */
export function axisOf(rows: readonly Row[], now: number): Span {
  const spans = rows.map((row) => ranAt(row, now));
  return { start: Math.min(...spans.map(({ start }) => start)), end: Math.max(...spans.map(({ end }) => end)) };
}

/** The oldest first; of those that started together, the one that was recorded first. */
export function oldestFirst(rows: readonly Row[], now: number): Row[] {
  const key = (row: Row) => ranAt(row, now).start;
  return [...rows].sort((a, b) => key(a) - key(b) || Number(a.id) - Number(b.id));
}

const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000,
];
const MOST_TICKS = 5;

/** Where the axis has marks, in milliseconds after its start: up to six round numbers. */
export function ticksOf({ start, end }: Span): number[] {
  const length = Math.max(1, end - start);
  const step = STEPS.find((each) => length / each <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, at) => at * step);
}

/** Where a part of the axis lies, in percent of its width. */
export function placeOf({ start, end }: Span, axis: Span): { left: number; width: number } {
  const whole = Math.max(1, axis.end - axis.start);
  const left = Math.min(99.5, ((start - axis.start) / whole) * 100);
  return { left, width: Math.max(0.5, Math.min(100 - left, ((end - start) / whole) * 100)) };
}
