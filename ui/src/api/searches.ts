// Searches: the server reads, completes and changes them, since it alone knows their language.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { toCharacters, toUnits } from "../filter/places";
import { typeName } from "../values/humanNames";
import { formatCount } from "../values/numbers";
import { api, dataOf, queryClient } from "./client";
import type { components } from "./schema";
import type { ListKind } from "./shapes";

type Schemas = components["schemas"];
export type SearchTerm = Schemas["SearchTerm"];

/** What is wrong with a filter, where in UTF-16 units, and what to write instead. */
export interface FilterMistake {
  readonly start: number;
  readonly end: number;
  readonly problem: string;
  readonly hint: string;
}

/** One way to go on: the whole text with it, and where the caret is then. */
export interface Completion {
  readonly title: string;
  readonly says: string;
  readonly text: string;
  readonly caret: number;
}

/** What the server says of a filter that is being written. */
export interface Written {
  readonly text: string;
  readonly caret: number;
  readonly mistake: FilterMistake | undefined;
  readonly completions: readonly Completion[];
}

/** A change to a filter. Keys are without quotation marks; the key "" is for words. */
export type Edit =
  | {
      readonly choice: "only" | "any" | "not" | "none" | "add";
      readonly terms: readonly (readonly [key: string, value: string])[];
    }
  | { readonly choice: "range"; readonly key: string; readonly low: string; readonly high: string }
  | { readonly choice: "clear"; readonly key: string };

const NO_TERMS: readonly SearchTerm[] = [];
const SINGULAR = { artifacts: "artifact", executions: "execution", runs: "run", workspaces: "context" } as const;

function parsing(text: string) {
  return {
    queryKey: ["search", text],
    queryFn: () => dataOf(api.GET("/api/v1/search/parse", { params: { query: { q: text } } })),
    staleTime: Number.POSITIVE_INFINITY,
  };
}

/** The terms of a filter: those of the last one until they are known, none where it has a mistake. */
export function useTerms(filter: string): readonly SearchTerm[] {
  const parsed = useQuery({ ...parsing(filter), enabled: filter !== "", placeholderData: keepPreviousData });
  return filter === "" ? NO_TERMS : (parsed.data?.terms ?? NO_TERMS);
}

/** The terms of this filter and no other; undefined while they are asked for. */
export function useOwnTerms(filter: string): readonly SearchTerm[] | undefined {
  const parsed = useQuery({ ...parsing(filter), enabled: filter !== "" });
  return filter === "" || parsed.isError ? NO_TERMS : parsed.data?.terms;
}

export async function fetchTerms(filter: string): Promise<readonly SearchTerm[]> {
  return filter === "" ? NO_TERMS : (await queryClient.fetchQuery(parsing(filter))).terms;
}

function writing(kind: ListKind, text: string, caret: number) {
  return {
    queryKey: ["complete", kind, text, caret],
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Written> => {
      const query = { q: text, kind: SINGULAR[kind], position: toCharacters(text, caret) };
      const answer = await dataOf(api.GET("/api/v1/search/complete", { signal, params: { query } }));
      return {
        text,
        caret,
        mistake: answer.mistake ? mistakeOf(text, answer.mistake) : undefined,
        completions: answer.completions.map(completionOf),
      };
    },
    staleTime: 60_000,
  };
}

/** What is wrong with a text at a place that is counted in characters. */
export function mistakeOf(text: string, { position, length, problem, hint }: Schemas["SearchMistake"]): FilterMistake {
  return { start: toUnits(text, position), end: toUnits(text, position + length), problem, hint };
}

function completionOf({ title, meaning, count, text, position }: Schemas["Completion"]): Completion {
  const words = [humanWords(title), meaning || (count === null ? "" : formatCount(count))];
  const says = words.filter(Boolean).join(" · ");
  return { title, says, text, caret: toUnits(text, position) };
}

/** What a suggested type is called; what people type stays as it is. */
function humanWords(title: string): string {
  const type = /^[^\s"]*[/.][^\s"]*$/.test(title) ? typeName(title.replace(/^-?type[:=]/, "")) : title;
  return type === title || title.startsWith("prop.") || /^(label|metric)\./.test(title) ? "" : type;
}

/** What the server says of a filter at a caret; the last answer stays until the next one is there. */
export function useWriting(kind: ListKind, text: string, caret: number, enabled: boolean) {
  return useQuery({ ...writing(kind, text, caret), enabled, placeholderData: keepPreviousData });
}

/** The mistake in a filter, undefined if it has none. */
export async function checkFilter(kind: ListKind, text: string): Promise<FilterMistake | undefined> {
  return (await queryClient.fetchQuery(writing(kind, text, text.length))).mistake;
}

function editing(filter: string, edit: Edit) {
  return {
    queryKey: ["edit", filter, edit],
    queryFn: async (): Promise<string> => {
      const query = { q: filter, ...queryOf(edit) };
      const answer = await dataOf(api.GET("/api/v1/search/edit", { params: { query } }));
      queryClient.setQueryData(parsing(answer.text).queryKey, answer);
      return answer.text;
    },
    staleTime: Number.POSITIVE_INFINITY,
  };
}

function queryOf(edit: Edit) {
  if (edit.choice === "range") return { choice: edit.choice, key: [edit.key], low: edit.low, high: edit.high };
  if (edit.choice === "clear") return { choice: edit.choice, key: [edit.key] };
  return { choice: edit.choice, key: edit.terms.map(([key]) => key), value: edit.terms.map(([, value]) => value) };
}

/** A filter after a change. */
export async function editFilter(filter: string, edit: Edit): Promise<string> {
  const isNothing = "terms" in edit && edit.terms.length === 0;
  return isNothing ? filter : queryClient.fetchQuery(editing(filter, edit));
}

/** A filter with terms added, once the server has written it. */
export function useFilterWith(filter: string, terms: readonly (readonly [key: string, value: string])[]) {
  return useQuery({
    queryKey: ["filter-with", filter, terms],
    queryFn: () => editFilter(filter, { choice: "add", terms }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The keys that a filter may name, each with its operators and an example. */
export function useSearchKeys() {
  return useQuery({
    queryKey: ["search-keys"],
    queryFn: () => dataOf(api.GET("/api/v1/search/keys")),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
