// One record: all that is recorded of it, its events, versions, evaluations.

import { useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { joinList } from "../app/search";
import { api, dataOf, REFRESH_EVERY } from "./client";
import type { Node } from "./shapes";

type ApiKind = "artifacts" | "executions" | "contexts";

export function useNode(kind: ApiKind, id: string) {
  return useQuery({ queryKey: ["node", kind, id], queryFn: () => fetchNode(kind, id), refetchInterval: REFRESH_EVERY });
}

export function fetchNode(kind: ApiKind, id: string): Promise<Node> {
  return dataOf(api.GET(`/api/v1/${kind as "artifacts"}/{node_id}`, { params: { path: { node_id: id } } }));
}

/** Several records at once, in the order of their ids. */
export function useNodes(kind: ApiKind, ids: readonly string[]) {
  const query = { ids: ids.join(",") };
  return useQuery({
    queryKey: ["nodes", kind, query.ids],
    queryFn: () => dataOf(api.GET(`/api/v1/${kind as "artifacts"}/batch`, { params: { query } })),
    enabled: ids.length > 0,
  });
}

/** Where records ran; of artifacts where what made them last ran, and which execution that is. */
export function useEnvironments(records: readonly string[]) {
  const keys = records.join(",");
  return useQuery({
    queryKey: ["environments", keys],
    queryFn: () => dataOf(api.GET("/api/v1/environments", { params: { query: { keys } } })),
    enabled: keys !== "",
  });
}

/** A record's events with the records at their other ends, newest first, page by page. */
export function useEvents(kind: "artifacts" | "executions", id: string, direction: "input" | "output") {
  return useInfiniteQuery({
    queryKey: ["events", kind, id, direction],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET(`/api/v1/${kind as "artifacts"}/{node_id}/events`, {
          signal,
          params: { path: { node_id: id }, query: { direction, limit: 60, ...(pageParam && { cursor: pageParam }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: REFRESH_EVERY,
  });
}

/**
 * The versions of an artifact, newest first, page by page.
 *
 * @param columns the values to show, as the server reads them; undefined for the first four metrics.
 */
export function useVersionPages(id: string, columns: string | undefined) {
  return useInfiniteQuery({
    queryKey: ["versions", id, "pages", columns],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 100, ...(columns !== undefined && { columns }), ...(pageParam && { cursor: pageParam }) };
      return dataOf(
        api.GET("/api/v1/artifacts/{node_id}/versions", { signal, params: { path: { node_id: id }, query } }),
      );
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: REFRESH_EVERY,
    placeholderData: (old, last) => (last?.queryKey[1] === id ? old : undefined),
  });
}

/** As many versions as are asked for. */
export const MOST_VERSIONS = 100;

/** The newest versions of the same name, newest first, with the values of some metrics. */
export function useVersions(id: string, metrics: readonly string[] = []) {
  const columns = joinList(metrics.map((name) => `metric.${name}`));
  const query = { limit: MOST_VERSIONS, ...(columns && { columns }) };
  return useQuery({
    queryKey: ["versions", id, columns],
    queryFn: ({ signal }) =>
      dataOf(api.GET("/api/v1/artifacts/{node_id}/versions", { signal, params: { path: { node_id: id }, query } })),
    refetchInterval: REFRESH_EVERY,
  });
}

export function useEvaluations(id: string) {
  return useQuery({
    queryKey: ["evaluations", id],
    queryFn: ({ signal }) =>
      dataOf(api.GET("/api/v1/artifacts/{node_id}/evaluations", { signal, params: { path: { node_id: id } } })),
    refetchInterval: REFRESH_EVERY,
  });
}

/** As many relatives as the server returns at once. */
export const MOST_RELATIVES = 1000;

/** Ancestors or descendants of a record that fit a search, nearest first. */
export function useRelatives(
  focus: string,
  direction: "up" | "down",
  kind: "artifact" | "execution",
  q = "",
  { limit = 60, enabled = true } = {},
) {
  return useQuery({
    queryKey: ["relatives", focus, direction, kind, q, limit],
    enabled,
    queryFn: ({ signal }) =>
      dataOf(
        api.GET("/api/v1/lineage/relatives", {
          signal,
          params: { query: { focus, direction, kind, limit, ...(q && { q }) } },
        }),
      ),
  });
}

/** How many ancestors or descendants a record has, of both kinds; no total until that is known. */
export function useRelativesCount(focus: string, direction: "up" | "down", asOf: string | undefined, enabled: boolean) {
  const params = { focus, direction, limit: 1, ...(asOf && { as_of: Number(asOf) }) };
  return useQueries({
    queries: (["artifact", "execution"] as const).map((kind) => ({
      queryKey: ["relatives-count", params, kind],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        dataOf(api.GET("/api/v1/lineage/relatives", { signal, params: { query: { ...params, kind } } })),
      enabled,
    })),
    combine: (loads) => ({
      total: loads.every(({ data }) => data) ? loads.reduce((sum, { data }) => sum + (data?.total ?? 0), 0) : undefined,
      isExact: loads.every(({ data }) => data?.exact),
    }),
  });
}
