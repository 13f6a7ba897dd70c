// Points of metrics: which metrics records have points of, their latest values, and curves for a chart.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, dataOf, REFRESH_EVERY } from "./client";
import type { components } from "./schema";

export type Curve = components["schemas"]["Curve"];
export type MetricName = components["schemas"]["MetricName"];
export type LoggedMetric = components["schemas"]["LoggedMetric"];

export type CurveAxis = "step" | "time" | "elapsed";

export interface CurveAsk {
  readonly keys: readonly string[];
  readonly name: string;
  readonly axis: CurveAxis;
  /** The part of the axis that is wanted: steps, or milliseconds. */
  readonly range?: readonly [first: number, last: number] | undefined;
  /** How many points of a record are enough. */
  readonly points: number;
}

/** The metrics that records have points of, by name. */
export function useMetricNames(keys: readonly string[], isLive: boolean) {
  return useQuery({
    queryKey: ["metric-names", keys],
    queryFn: ({ signal }) =>
      dataOf(api.GET("/api/v1/metrics/names", { signal, params: { query: { keys: keys.join(",") } } })),
    enabled: keys.length > 0,
    refetchInterval: isLive && REFRESH_EVERY,
  });
}

/** The curves of one metric; the last ones stay while others of the same metric load. */
export function useCurves(ask: CurveAsk, { enabled, isLive }: { enabled: boolean; isLive: boolean }) {
  const { keys, name, axis, range, points } = ask;
  return useQuery({
    queryKey: ["curves", name, keys, axis, range, points],
    queryFn: ({ signal }) => {
      const part = range && { axis, first: range[0], last: range[1] };
      const query = { keys: keys.join(","), name, points, ...part };
      return dataOf(api.GET("/api/v1/metrics/curves", { signal, params: { query } }));
    },
    enabled: enabled && keys.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: isLive && REFRESH_EVERY,
  });
}

const MOST_PAGES = 5;

/** The latest points of the metrics of a record; `isCut` says that it has more than are read. */
export function useLatestMetrics(kind: "artifacts" | "executions", id: string, isLive: boolean) {
  return useQuery({
    queryKey: ["latest-metrics", kind, id],
    queryFn: async ({ signal }) => {
      const items: LoggedMetric[] = [];
      let cursor: string | null = "";
      for (let page = 0; page < MOST_PAGES && cursor !== null; page += 1) {
        const query = { latest_only: true, ...(cursor && { cursor }) };
        const params = { path: { node_id: id }, query };
        const found: components["schemas"]["LoggedMetrics"] = await dataOf(
          api.GET(`/api/v1/${kind as "executions"}/{node_id}/metrics`, { signal, params }),
        );
        items.push(...found.items);
        cursor = found.next_cursor;
      }
      return { items, isCut: cursor !== null };
    },
    refetchInterval: isLive && REFRESH_EVERY,
  });
}
