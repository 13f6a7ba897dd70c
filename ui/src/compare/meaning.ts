// What values of records mean, whichever way they are written: executions record parameters as texts ("True", "2"),
// models as values (true, 2). The same rule as in lineal/sdk/differences.py.

import { toNumber } from "../values/numbers";
import type { TypedValue } from "../values/Value";

/** A recorded None, as executions record it; what a record does not have is undefined. */
export const NONE = "None";

/** What a value means, as a text to compare. */
export function meaningOf(value: unknown): string {
  if (value === null) return NONE;
  if (typeof value === "string") return meaningOfText(value);
  if (Array.isArray(value)) return `[${value.map(meaningOf).join(", ")}]`;
  if (typeof value === "object") {
    const inner = Object.entries(value as object).map(([name, each]) => `${name}: ${meaningOf(each)}`);
    return `{${inner.sort().join(", ")}}`;
  }
  return String(value);
}

/** Whether a row shows a difference: values of one kind as they are written, others by what they mean. */
export function differ(values: readonly (TypedValue | undefined)[]): boolean {
  const kinds = new Set(values.flatMap((each) => (each ? [typeof each.value] : [])));
  const words = values.map((each) => each && (kinds.size > 1 ? meaningOf(each.value) : JSON.stringify(each.value)));
  return new Set(words).size > 1;
}

/** Whether two rows say the same of every record. */
export function meanTheSame(
  one: readonly (TypedValue | undefined)[],
  other: readonly (TypedValue | undefined)[],
): boolean {
  return one.every((value, at) => (value && meaningOf(value.value)) === (other[at] && meaningOf(other[at]?.value)));
}

function meaningOfText(text: string): string {
  if (text === "True" || text === "False") return text.toLowerCase();
  if (text === "null") return NONE;
  const number = toNumber(text);
  if (number !== null && (!Number.isInteger(number) || Number.isSafeInteger(number))) return String(number);
  const read = /^[[({]/.test(text) ? readLiteral(text) : undefined;
  return read === undefined ? text : meaningOf(read);
}

/** A list, tuple or dict of Python without brackets in its texts, as JSON. */
function readLiteral(text: string): unknown {
  const words = text.replaceAll("'", '"').replaceAll("(", "[").replace(/,?\)/g, "]");
  const written = words
    .replace(/\bTrue\b/g, "true")
    .replace(/\bFalse\b/g, "false")
    .replace(/\bNone\b/g, "null");
  try {
    return JSON.parse(written);
  } catch {
    return undefined;
  }
}
