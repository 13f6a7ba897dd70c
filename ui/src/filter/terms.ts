// What the terms of a filter say of a value or a key. What stays out: the grammar, which is the server's (api/searches.ts).

import type { SearchTerm } from "../api/searches";

/** How a facet's value is named by a filter. */
export type Choice = "only" | "any" | "not" | "none";

/** What a filter says of one value of one key. */
export function choiceOf(terms: readonly SearchTerm[], key: string, value: string): Choice {
  for (const term of terms) {
    if (term.form !== "comparison" || term.plain_key !== key || term.is_range || !term.values.includes(value)) continue;
    return term.negated ? "not" : term.values.length > 1 ? "any" : "only";
  }
  return "none";
}

/** A value as a filter writes it: a type may be named by what follows its last slash or dot. */
export function writtenValue(terms: readonly SearchTerm[], key: string, value: string): string {
  const isWritten = (text: string) => terms.some((term) => term.plain_key === key && term.values.includes(text));
  if (key !== "type" || isWritten(value)) return value;
  return shortTypes(value).find(isWritten) ?? value;
}

/** What else names a type: its last part; of a kind of Kubernetes the kind, with its group and its version or without. */
function shortTypes(type: string): string[] {
  const [, kind, group = "", version] =
    /^kubeflow\.org\/([A-Z][A-Za-z0-9]*)(\.[a-z0-9.-]+)?\/(v\d+(?:(?:alpha|beta)\d+)?)$/.exec(type) ?? [];
  if (!kind) return [type.split(/[/.]/).at(-1) as string];
  return [kind, `${kind}${group}`, `${kind}${group}/${version}`];
}

/** The one type that a filter is about, if it names one. */
export function onlyType(terms: readonly SearchTerm[]): string | undefined {
  const types = terms.flatMap((term) =>
    term.plain_key === "type" && term.operator !== "!=" && !term.negated ? term.values : [],
  );
  return types.length === 1 ? types[0] : undefined;
}

/** The time of creation that a filter asks for, as it is written; undefined for none. */
export function chosenTime(terms: readonly SearchTerm[]): string | undefined {
  const term = terms.find((each) => each.form === "comparison" && each.plain_key === "created" && !each.negated);
  if (!term) return undefined;
  return term.is_range ? (term.low ?? "") : (term.values[0] ?? "");
}
