// The records of a comparison and their metrics: two or three requests, however many records there are.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, dataOf } from "../api/client";
import { useNodes } from "../api/details";
import type { Node } from "../api/shapes";
import type { CompareSearch } from "./address";
import { type CompareRow, compareRows } from "./table";

export interface Comparison {
  readonly nodes: readonly Node[];
  readonly rows: readonly CompareRow[];
  readonly missing: readonly string[];
  /** Whether all reports of metrics were read. */
  readonly exact: boolean;
}

/** What the parts of a comparison are given. */
export interface CompareProps {
  readonly comparison: Comparison;
  readonly names: readonly string[];
  readonly search: CompareSearch;
  readonly turned: ReadonlySet<string>;
  readonly change: (changes: CompareSearch) => void;
}

export function useCompared(keys: readonly string[]) {
  const idsOf = (letter: string) => keys.filter((key) => key.startsWith(letter)).map((key) => key.slice(1));
  const artifacts = useNodes("artifacts", idsOf("a"));
  const executions = useNodes("executions", idsOf("e"));
  const metrics = useQuery({
    queryKey: ["compared", keys],
    queryFn: () => dataOf(api.GET("/api/v1/metrics/compared", { params: { query: { keys: keys.join(",") } } })),
    enabled: keys.length > 0,
  });
  const needed = [
    metrics,
    ...(idsOf("a").length > 0 ? [artifacts] : []),
    ...(idsOf("e").length > 0 ? [executions] : []),
  ];
  const [ofArtifacts, ofExecutions] = [artifacts.data?.items, executions.data?.items];
  const comparison = useMemo((): Comparison | undefined => {
    if (!metrics.data) return undefined;
    const items = [...(ofArtifacts ?? []), ...(ofExecutions ?? [])];
    const found = new Map(items.map((node) => [node.key, node]));
    const nodes = keys.flatMap((key) => found.get(key) ?? []);
    const known = new Map(metrics.data.items.map((item) => [item.key, item.metrics]));
    const rows = compareRows(
      nodes,
      nodes.map(({ key }) => known.get(key) ?? []),
    );
    return { nodes, rows, missing: keys.filter((key) => !found.has(key)), exact: metrics.data.exact };
  }, [keys, metrics.data, ofArtifacts, ofExecutions]);
  return {
    comparison: needed.every(({ isSuccess }) => isSuccess) ? comparison : undefined,
    error: needed.find(({ error }) => error)?.error,
    refetch: () => {
      for (const query of needed) void query.refetch();
    },
  };
}
