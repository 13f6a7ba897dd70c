// Runs: names that executions share, or contexts of a run type. Listed like other records.

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "./client";
import type { ListedPage, Row, Run } from "./shapes";

/** A page of runs as rows of a list. */
export async function fetchRuns(filter: string, cursor: string, signal?: AbortSignal): Promise<ListedPage> {
  const query = { ...(filter && { q: filter }), limit: 100, ...(cursor && { cursor }) };
  const page = await dataOf(api.GET("/api/v1/runs", { params: { query }, ...(signal && { signal }) }));
  const { items, next_cursor: next, unknown: names, meant } = page;
  return { rows: items.map(rowOf), next, complete: true, unknown: { names, meant } };
}

function rowOf(run: Run): Row {
  return {
    key: `r${run.id}`,
    kind: "context",
    id: run.id,
    name: run.name,
    type: "run",
    type_id: "0",
    version: null,
    state: null,
    uri: null,
    external_id: null,
    created: run.created,
    updated: run.updated,
    started: null,
    ended: null,
    start_is_recorded: false,
    end_is_recorded: false,
    duration: null,
    failure: null,
    workspace: run.workspace,
    run: null,
    aliases: [],
    archived: null,
    missing: false,
    values: {
      "prop.artifacts": { kind: "int", value: String(run.artifacts) },
      "prop.executions": { kind: "int", value: String(run.executions) },
      "prop.states": { kind: "string", value: sayStates(run.states) },
    },
    metrics: {},
    made_by: null,
    labels: {},
  };
}

/** "45 complete, 3 failed" */
export function sayStates(states: Readonly<Record<string, number>>): string {
  const words = Object.entries(states).filter(([state]) => state !== "UNKNOWN");
  return words.map(([state, count]) => `${count} ${state.toLowerCase()}`).join(", ") || "–";
}

/** The contexts below a context, in pages; nothing is asked without one. */
export function useChildren(id: string | undefined) {
  return useInfiniteQuery({
    queryKey: ["children", id],
    queryFn: ({ pageParam: cursor, signal }) =>
      dataOf(
        api.GET("/api/v1/contexts/{node_id}/children", {
          params: { path: { node_id: id as string }, query: cursor ? { cursor } : {} },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: id !== undefined,
  });
}

export function useRun(id: string) {
  return useQuery({ queryKey: ["run", id], queryFn: () => fetchRun(id) });
}

export function fetchRun(id: string): Promise<Run> {
  return dataOf(api.GET("/api/v1/runs/{node_id}", { params: { path: { node_id: id } } }));
}

/** What a context holds, by type. */
export function useHolding(id: string) {
  return useQuery({
    queryKey: ["holding", id],
    queryFn: () => dataOf(api.GET("/api/v1/contexts/{node_id}/holding", { params: { path: { node_id: id } } })),
  });
}

/** What a run holds, by type. */
export function useRunHolding(id: string) {
  return useQuery({
    queryKey: ["run-holding", id],
    queryFn: () => dataOf(api.GET("/api/v1/runs/{node_id}/holding", { params: { path: { node_id: id } } })),
  });
}
