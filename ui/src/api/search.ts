// Finding what a person types or pastes: a name or a part of one, an id, a uri, a run.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "./client";
import type { components } from "./schema";
import type { Card, Run } from "./shapes";

type Answer = components["schemas"]["Found"];

/** What is found: a record with how many have its name, or a run. */
export type Found =
  | { readonly key: string; readonly card: Card; readonly count: number; readonly isExact: boolean }
  | { readonly key: string; readonly run: Run };

/** As many names as are asked for. */
export const MOST_FOUND = 8;

function query(text: string) {
  return {
    queryKey: ["find", text],
    queryFn: async ({ signal }: { signal: AbortSignal }) => {
      const params = { query: { text, limit: MOST_FOUND } };
      const answer = await dataOf(api.GET("/api/v1/find", { signal, params }));
      return { text, found: inOrder(text, answer), isCut: answer.names.length >= MOST_FOUND };
    },
    staleTime: 10_000,
  };
}

/** Ids that were typed as ids come first, then uris, then names as the server ranks them; each record once. */
export function inOrder(text: string, answer: Answer): Found[] {
  const named = answer.names.map(({ newest, count, match }) => ({
    ...single(newest),
    count,
    isExact: match === "exact",
  }));
  const ids = answer.by_id.map(single);
  const runs = answer.runs.map((run) => ({ key: `r${run.id}`, run }));
  const exact = named.filter(({ isExact }) => isExact);
  const others = named.filter(({ isExact }) => !isExact);
  const all: Found[] = [...answer.by_uri.map(single), ...exact, ...runs, ...others];
  return unique(/^[aec]?\d+$/.test(text) ? [...ids, ...all] : [...all, ...ids]);
}

function single(card: Card) {
  return { key: card.key, card, count: 1, isExact: true };
}

function unique(found: readonly Found[]): Found[] {
  const isTwice = (one: Found) => "run" in one && one.run.context_id !== null && keys.has(`c${one.run.context_id}`);
  const keys = new Set(found.map(({ key }) => key));
  const once = new Map<string, Found>();
  for (const one of found) {
    const known = once.get(one.key);
    // A record that is found by its uri and by its name: how many have the name is worth knowing.
    if (!known || ("count" in known && "count" in one && one.count > known.count)) once.set(one.key, one);
  }
  return [...once.values()].filter((one) => !isTwice(one));
}

/** What is found; the last answer stays until the next one is there, and says of which text it is. */
export function useFound(text: string) {
  return useQuery({ ...query(text), enabled: text !== "", placeholderData: keepPreviousData });
}
