// What the home view asks: each panel has one request, so that each loads and fails by itself.

import { useQuery } from "@tanstack/react-query";
import { SHOWN, type Span } from "../home/span";
import { UNARCHIVED } from "./asks";
import { api, dataOf, REFRESH_EVERY } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type RecentExecutions = Schemas["RecentExecutions"];
export type RecentExecution = Schemas["RecentExecution"];
export type ProductionModels = Schemas["ProductionModels"];
export type Connection = Schemas["Connection"];

/** What ran in a span that began at a time, milliseconds since the epoch; only what failed, if asked for. */
export function useRecentExecutions(span: Span, since: number, state: "" | "FAILED") {
  const query = { since, limit: SHOWN, ...(state && { state }) };
  return useQuery({
    queryKey: ["home", "executions", state, span, since],
    queryFn: () => dataOf(api.GET("/api/v1/home/executions", { params: { query } })),
    // What ran stays while the span moves on; never that of another span.
    placeholderData: (old, last) => (last?.queryKey[3] === span ? old : undefined),
    refetchInterval: REFRESH_EVERY,
  });
}

export function useProductionModels() {
  return useQuery({
    queryKey: ["home", "models"],
    queryFn: () => dataOf(api.GET("/api/v1/home/models", { params: { query: { limit: SHOWN } } })),
    refetchInterval: REFRESH_EVERY,
  });
}

export function useRecentArtifacts() {
  return useQuery({
    queryKey: ["home", "artifacts"],
    queryFn: () =>
      dataOf(
        api.GET("/api/v1/artifacts", { params: { query: { q: UNARCHIVED, order_by: "-created", limit: SHOWN } } }),
      ),
    refetchInterval: REFRESH_EVERY,
  });
}

export function useRecentWorkspaces() {
  return useQuery({
    queryKey: ["home", "workspaces"],
    queryFn: () => dataOf(api.GET("/api/v1/home/workspaces", { params: { query: { limit: SHOWN } } })),
    refetchInterval: REFRESH_EVERY,
  });
}

/** How programs reach the server. */
export function useConnection() {
  return useQuery({
    queryKey: ["connection"],
    queryFn: () => dataOf(api.GET("/api/v1/connection")),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
