// Terms back to text, and changes to one term of a filter: what facets and the menus of cells do.

import { parseFilter, type Term } from "./parse";

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
  return `${term.key}${term.op}${value}`;
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

function keyTerm(key: string, values: readonly string[], negated: boolean): Term {
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
