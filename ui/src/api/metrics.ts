// Metrics over time and versions, and what runs now.

import { useQueries, useQuery } from "@tanstack/react-query";
import { api, dataOf } from "./client";

export interface SeriesAsk {
  readonly metric: string;
  readonly q: string;
  readonly groupBy: readonly string[];
  /** Milliseconds since epoch. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export function useSeries(asks: readonly SeriesAsk[], refresh: number | false) {
  return useQueries({
    queries: asks.map(({ metric, q, groupBy, since, until }) => ({
      queryKey: ["series", metric, q, groupBy, since, until],
      queryFn: () => {
        const query = {
          metric,
          ...(q && { q }),
          ...(groupBy.length > 0 && { group_by: [...groupBy] }),
          ...(since !== undefined && { since }),
          ...(until !== undefined && { until }),
        };
        return dataOf(api.GET("/api/v1/metrics/series", { params: { query } }));
      },
      refetchInterval: refresh,
    })),
  });
}

/** What runs, longest first; stuck: for more than three times the median. */
export function useRunning(refresh: number | false) {
  return useQuery({
    queryKey: ["running"],
    queryFn: () => dataOf(api.GET("/api/v1/monitor/running", { params: { query: { limit: 100 } } })),
    refetchInterval: refresh,
  });
}

export function useGrowth(refresh: number | false) {
  return useQueries({
    queries: (["artifact", "execution"] as const).map((kind) => ({
      queryKey: ["growth", kind],
      queryFn: () => dataOf(api.GET("/api/v1/monitor/growth", { params: { query: { kind, spans: 60 } } })),
      refetchInterval: refresh,
    })),
  });
}

export function useTypes() {
  return useQuery({ queryKey: ["types"], queryFn: () => dataOf(api.GET("/api/v1/types")) });
}
