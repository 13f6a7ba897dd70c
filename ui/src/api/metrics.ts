// Metrics over time and versions, and what runs now.

import { useQueries, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "./client";
import type { components } from "./schema";

type MetricSeries = components["schemas"]["MetricSeries"];

export interface SeriesAsk {
  readonly metric: string;
  readonly q: string;
  /** The server's own filter query. */
  readonly query?: string | undefined;
  readonly groupBy: readonly string[];
  /** Milliseconds since epoch. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** How many lines have points, those with the newest values; 0 for none, undefined for all. */
  readonly lines?: number | undefined;
  /** The values of the group whose lines are drawn. */
  readonly only?: readonly string[] | undefined;
  /** How many spans of time a line is thinned to. */
  readonly buckets?: number | undefined;
}

export function useSeries(asks: readonly SeriesAsk[], refresh: number | false) {
  return useQueries({
    queries: asks.map((ask) => ({
      queryKey: ["series", ask],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        dataOf(api.GET("/api/v1/metrics/series", { signal, params: { query: seriesParams(ask) } })),
      refetchInterval: refresh,
      // The last lines stay while others load; never those of another metric.
      placeholderData: (old: MetricSeries | undefined, last: { queryKey: readonly unknown[] } | undefined) =>
        (last?.queryKey[1] as SeriesAsk | undefined)?.metric === ask.metric ? old : undefined,
    })),
  });
}

function seriesParams({ metric, q, query, groupBy, since, until, lines, only, buckets }: SeriesAsk) {
  return {
    metric,
    ...(q && { q }),
    ...(query && { filter_query: query }),
    ...(groupBy.length > 0 && { group_by: [...groupBy] }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(lines !== undefined && { lines }),
    ...(only && only.length > 0 && { only: [...only] }),
    ...(buckets !== undefined && { buckets }),
  };
}

export const MOST_RUNNING = 100;

/** What runs, longest first; stuck: for more than three times the median. */
export function useRunning(refresh: number | false) {
  return useQuery({
    queryKey: ["running"],
    queryFn: ({ signal }) =>
      dataOf(api.GET("/api/v1/monitor/running", { signal, params: { query: { limit: MOST_RUNNING } } })),
    refetchInterval: refresh,
  });
}

export function useGrowth(refresh: number | false) {
  return useQueries({
    queries: (["artifact", "execution"] as const).map((kind) => ({
      queryKey: ["growth", kind],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        dataOf(api.GET("/api/v1/monitor/growth", { signal, params: { query: { kind, spans: 60 } } })),
      refetchInterval: refresh,
    })),
  });
}

export function useTypes() {
  return useQuery({ queryKey: ["types"], queryFn: () => dataOf(api.GET("/api/v1/types")) });
}
