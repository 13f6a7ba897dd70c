// What the address says of curves: the axis, smoothing, what is shown. What stays out: drawing and asking.

import { joinList, splitList } from "../app/search";

/** What stands below the curves: the step, the time since the first point, or the time of day. */
export type Axis = "step" | "relative" | "wall";

export interface CurveSearch {
  readonly axis?: string;
  /** How much of the value before stays in a smoothed one, from 0 to 0.99. */
  readonly smooth?: string;
  /** "1": a logarithmic axis of values. */
  readonly log?: string;
  /** The keys of the records whose lines are hidden. */
  readonly hide?: string;
  /** The part of the axis that is shown: "100..200", in steps or milliseconds. */
  readonly zoom?: string;
  /** A part of the names of the metrics that are drawn. */
  readonly find?: string;
  /** The metric that is drawn large. */
  readonly big?: string;
  /** "1": system metrics are drawn too. */
  readonly system?: string;
}

export type Range = readonly [first: number, last: number];

/** The state of curves as the address says it. */
export interface CurveView {
  /** Undefined where nobody chose one. */
  readonly axis: Axis | undefined;
  readonly smoothing: number;
  readonly isLog: boolean;
  readonly hidden: ReadonlySet<string>;
  readonly zoom: Range | undefined;
  readonly find: string;
  readonly big: string | undefined;
  readonly hasSystem: boolean;
}

export const MOST_SMOOTHING = 0.99;
const AXES: readonly string[] = ["step", "relative", "wall"];

export function viewOf(search: CurveSearch): CurveView {
  return {
    axis: search.axis && AXES.includes(search.axis) ? (search.axis as Axis) : undefined,
    smoothing: smoothingOf(search.smooth),
    isLog: search.log === "1",
    hidden: new Set(splitList(search.hide)),
    zoom: rangeOf(search.zoom),
    find: search.find ?? "",
    big: search.big,
    hasSystem: search.system === "1",
  };
}

function smoothingOf(text: string | undefined): number {
  const number = Number(text ?? "0");
  return Number.isFinite(number) ? Math.min(Math.max(number, 0), MOST_SMOOTHING) : 0;
}

/** The ends of "100..200"; undefined for what is no range. */
export function rangeOf(text: string | undefined): Range | undefined {
  const found = /^(-?\d+)\.\.(-?\d+)$/.exec(text ?? "");
  if (!found) return undefined;
  const [first, last] = [Number(found[1]), Number(found[2])];
  return first < last && Number.isSafeInteger(first) && Number.isSafeInteger(last) ? [first, last] : undefined;
}

/** A range as the address has it, at least one step or millisecond long. */
export function writeRange(first: number, last: number): string {
  const low = Math.floor(first);
  return `${low}..${Math.max(Math.ceil(last), low + 1)}`;
}

export function writeSmoothing(weight: number): string {
  return weight > 0 ? String(Math.round(weight * 100) / 100) : "";
}

/** The hidden records after one of them is shown or hidden. */
export function toggled(hidden: ReadonlySet<string>, key: string): string {
  const next = new Set(hidden);
  if (!next.delete(key)) next.add(key);
  return joinList(next) ?? "";
}
