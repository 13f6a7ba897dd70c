// What is said of columns in a few words. What stays out: drawing.

import type { Assertion, Column, Transformation } from "../api/openlineage";
import { formatNumber, toNumber } from "../values/numbers";

/** Whether a column has a text in its name, type, description or tags. */
export function fits(column: Column, wanted: string): boolean {
  const texts = [
    column.name,
    column.type,
    column.description,
    ...column.tags.map(({ key, value }) => `${key}:${value}`),
  ];
  return texts.some((text) => text?.toLowerCase().includes(wanted));
}

/** What was done with a column on its way: "direct, aggregation, masked". */
export function sayTransformations(done: readonly Transformation[], affectsAll: boolean): string {
  const words = done.flatMap(({ type, subtype, masking }) => [
    type.toLowerCase(),
    (subtype ?? "").toLowerCase().replaceAll("_", " "),
    masking ? "masked" : "",
  ]);
  return [...new Set([...words, affectsAll ? "for all columns" : ""])].filter(Boolean).join(", ");
}

/** How many checks passed and failed. */
export function sayChecks(checks: readonly Assertion[]): string {
  const failed = checks.filter((check) => !check.is_passed).length;
  const passed = checks.length - failed;
  return [failed > 0 && `${failed} failed`, passed > 0 && `${passed} passed`].filter(Boolean).join(", ");
}

/** The last part of the name of a field within a column. */
export function shortName({ name, depth }: Column, parent: string | undefined): string {
  return depth > 0 && parent !== undefined && name.startsWith(`${parent}.`) ? name.slice(parent.length + 1) : name;
}

/** The name of the column that each one is within, by its place. */
export function parentsOf(columns: readonly Column[]): ReadonlyMap<string, string> {
  const open: string[] = [];
  const parents = new Map<string, string>();
  for (const { name, depth } of columns) {
    const parent = open[depth - 1];
    if (parent !== undefined) parents.set(name, parent);
    open.length = depth;
    open.push(name);
  }
  return parents;
}

/** What was measured of a column, as pairs of a word and a number. */
export function measuresOf({ quality }: Column): [string, string][] {
  if (!quality) return [];
  const named: [string, unknown][] = [
    ["Nulls", quality.nulls],
    ["Distinct", quality.distinct],
    ["Count", quality.count],
    ["Sum", quality.sum],
    ["Least", quality.least],
    ["Greatest", quality.greatest],
    ...Object.entries(quality.quantiles).map(([part, value]): [string, unknown] => [`Quantile ${part}`, value]),
  ];
  return named.filter(([, value]) => value !== null && value !== undefined).map(([word, value]) => [word, say(value)]);
}

/** A number as people read it, a dash where there is none. */
export function say(value: unknown): string {
  const number = toNumber(value);
  return number === null ? "–" : formatNumber(number);
}
