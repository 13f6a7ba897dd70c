// Terms back to text, and changes to one term of a filter: what facets and the menus of cells do.

import { type KeyTerm, parseFilter, type Term } from "./parse";

/** Write terms so that reading them gives the same terms. */
export function writeFilter(terms: readonly Term[]): string {
  return terms.map(writeTerm).join(" ");
}

function writeTerm(term: Term): string {
  return (term.negated ? "-" : "") + writeBare(term);
}

function writeBare(term: Term): string {
  if (term.kind === "word") return quoteWord(term.text);
  if (term.kind === "group") return `(${term.alternatives.map(writeFilter).join(" OR ")})`;
  const value = term.range ? term.range.join("..") : term.values.map(quoteValue).join(",");
  return `${quoteKey(term.key)}${term.op}${value}`;
}

/** A key as it must be written: label."cost centre". */
export function quoteKey(key: string): string {
  const [, family, name] = /^(label\.|prop\.|metric\.)(.*)$/s.exec(key) ?? [];
  return family && name && /[\s:=!<>"(),\\]/.test(name) ? family + quote(name) : key;
}

/** A value as it must be written after an operator. */
export function quoteValue(value: string): string {
  return value === "" || /[\s"(),]|\.\.|^-/.test(value) ? quote(value) : value;
}

function quoteWord(word: string): string {
  return word === "" || word === "OR" || /[\s"()]|^-|^[A-Za-z_][\w.\-/]*([:=<>]|!=)/.test(word) ? quote(word) : word;
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

/** How a facet's value stands in a filter. */
export type Choice = "only" | "any" | "not" | "none";

/** What the filter says of one value of one key. */
export function choiceOf(text: string, key: string, value: string): Choice {
  for (const term of termsOf(text)) {
    if (term.kind !== "key" || term.key !== key || term.range || !term.values.includes(value)) continue;
    return term.negated ? "not" : term.values.length > 1 ? "any" : "only";
  }
  return "none";
}

/** The one type that a filter is about, if it names one. */
export function onlyType(text: string): string | undefined {
  const types = termsOf(text).flatMap((term) =>
    term.kind === "key" && term.key === "type" && term.op === "=" && !term.negated ? term.values : [],
  );
  return types.length === 1 ? types[0] : undefined;
}

/** Say something else of one value: only it, it as well, not it, nothing. A filter with a mistake stays as it is. */
export function choose(text: string, key: string, value: string, choice: Choice): string {
  const parsed = parseFilter(text);
  if (parsed.mistake) return text;
  const kept = parsed.terms.flatMap((term) => without(term, key, value, choice));
  if (choice === "none") return writeFilter(kept);
  const added = choice === "any" ? addValue(kept, key, value) : [...kept, keyTerm(key, [value], choice === "not")];
  return writeFilter(added);
}

function without(term: Term, key: string, value: string, choice: Choice): Term[] {
  if (term.kind !== "key" || term.key !== key || term.range) return [term];
  if (choice === "only" && !term.negated) return [];
  const values = term.values.filter((other) => other !== value);
  return values.length === 0 ? [] : [{ ...term, values }];
}

function addValue(terms: readonly Term[], key: string, value: string): Term[] {
  const at = terms.findIndex((term) => term.kind === "key" && term.key === key && !term.negated && !term.range);
  const term = terms[at];
  if (term?.kind !== "key") return [...terms, keyTerm(key, [value], false)];
  return terms.with(at, { ...term, values: [...term.values, value] });
}

/** Keep only what lies between two values of a key, or anything again (null). A filter with a mistake stays as it is. */
export function chooseRange(text: string, key: string, range: readonly [string, string] | null): string {
  const parsed = parseFilter(text);
  if (parsed.mistake) return text;
  const kept = parsed.terms.filter((term) => term.kind !== "key" || term.key !== key || term.negated);
  if (range === null) return writeFilter(kept);
  return writeFilter([...kept, { ...keyTerm(key, [], false), op: ":", range: [range[0], range[1]] }]);
}

function keyTerm(key: string, values: readonly string[], negated: boolean): KeyTerm {
  return { kind: "key", key, op: "=", values, negated, start: 0, end: 0 };
}

function termsOf(text: string): readonly Term[] {
  const parsed = parseFilter(text);
  return parsed.mistake ? [] : parsed.terms;
}

/** The filter without each of its terms in turn, for "no match: drop a term". */
export function dropEach(text: string): { term: string; rest: string }[] {
  const terms = termsOf(text);
  return terms.map((term, at) => ({ term: writeFilter([term]), rest: writeFilter(terms.toSpliced(at, 1)) }));
}
