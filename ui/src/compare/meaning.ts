// What values of records mean, whichever way they are written: executions record parameters as texts ("True", "2"),
// models as values (true, 2). The same rule as in lineal/sdk/differences.py; tests/sdk/meaning_cases.json holds both to it.

import { toNumber } from "../values/numbers";
import type { TypedValue } from "../values/Value";

/** A recorded None, as executions record it; what a record does not have is undefined. */
export const NONE = "None";

/** Characters; longer than any parameter. A longer text means itself. */
const LONGEST_LITERAL = 10_000;

/** What a value means, as a text to compare. */
export function meaningOf(value: unknown): string {
  return formOf(value, meaningOfText);
}

/** Whether a row shows a difference: values as they are written, or by what they mean if only some of them are texts. */
export function differ(values: readonly (TypedValue | undefined)[]): boolean {
  const isMixed = new Set(values.flatMap((each) => (each ? [isText(each)] : []))).size > 1;
  return new Set(values.map((each) => each && (isMixed ? meaningOf(each.value) : asWritten(each)))).size > 1;
}

/** Whether two rows say the same of every record. */
export function meanTheSame(
  one: readonly (TypedValue | undefined)[],
  other: readonly (TypedValue | undefined)[],
): boolean {
  return one.every((value, at) => (value && meaningOf(value.value)) === (other[at] && meaningOf(other[at]?.value)));
}

/** Whether a value is recorded as a text: the API also gives long integers and NaN as texts. */
function isText({ kind, value }: TypedValue): boolean {
  return typeof value === "string" && kind !== "int" && kind !== "double";
}

function asWritten(each: TypedValue): string {
  const isNumber = typeof each.value === "string" && !isText(each);
  return isNumber ? meaningOf(each.value) : formOf(each.value, JSON.stringify);
}

function formOf(value: unknown, ofText: (text: string) => string): string {
  if (typeof value === "string") return ofText(value);
  if (Array.isArray(value)) return `[${value.map((each) => formOf(each, ofText)).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const inner = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${formOf(each, ofText)}`);
    return `{${inner.sort().join(", ")}}`;
  }
  return String(typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value);
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ["True", "true"],
  ["true", "true"],
  ["False", "false"],
  ["false", "false"],
  [NONE, "null"],
  ["null", "null"],
]);
const NUMBER = /^[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf|infinity|nan)$/i;

function meaningOfText(text: string): string {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const [, sign, zeros, digits] = /^([+-]?)(0*)(\d*)$/.exec(text) ?? [];
  if (digits || zeros) return digits ? `${sign === "-" ? "-" : ""}${digits}` : "0";
  if (NUMBER.test(text)) return formOf(toNumber(text.replace("+", "")), meaningOfText);
  if (/^[[({]/.test(text) && text.length <= LONGEST_LITERAL) {
    try {
      return meaningOf(JSON.parse(text.replace(TOKEN, asJson)));
    } catch {
      // it is no literal
    }
  }
  return JSON.stringify(text);
}

const TOKEN = /('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|,?([\])}])|\(|([^\s'"[\](){},:]+)/g;
const ESCAPES: Readonly<Record<string, string>> = { "\\x": "\\u00", "\\'": "'", '"': '\\"' };

/** A part of a literal of Python as JSON: (3, None) as ["3", "None"], since a text means what it says. */
function asJson(_: string, quoted?: string, closing?: string, word?: string): string {
  if (closing) return closing === "}" ? "}" : "]";
  if (word) return meaningOfText(word).startsWith('"') ? word : `"${word}"`;
  if (quoted) return `"${quoted.slice(1, -1).replace(/\\.|"/g, (found) => ESCAPES[found] ?? found)}"`;
  return "[";
}
