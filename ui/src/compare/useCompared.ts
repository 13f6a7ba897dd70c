// The records of a comparison, their metrics and what made them: a few requests, however many records there are.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, dataOf } from "../api/client";
import { useEnvironments, useNodes } from "../api/details";
import type { Node } from "../api/shapes";
import type { RecordEnvironment } from "../environment/environment";
import type { CompareSearch } from "./address";
import { type CompareRow, compareRows } from "./table";

export interface Comparison {
  readonly nodes: readonly Node[];
  readonly rows: readonly CompareRow[];
  readonly missing: readonly string[];
  /** Whether all reports of metrics were read, and all inputs. */
  readonly exact: boolean;
  readonly hasAllInputs: boolean;
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
  // The executions that made the artifacts: their environments have a part of their own, their parameters have rows.
  const environments = useEnvironments(keys);
  const makerOf = useMemo(() => makersIn(environments.data?.items), [environments.data]);
  const makers = useNodes(
    "executions",
    [...new Set(makerOf.values())].map((key) => key.slice(1)),
  );
  const needed = [
    metrics,
    ...(makerOf.size > 0 ? [makers] : []),
    ...(idsOf("a").length > 0 ? [artifacts] : []),
    ...(idsOf("e").length > 0 ? [executions] : []),
  ];
  const [ofArtifacts, ofExecutions, ofMakers] = [artifacts.data?.items, executions.data?.items, makers.data?.items];
  const comparison = useMemo((): Comparison | undefined => {
    if (!metrics.data) return undefined;
    const items = [...(ofArtifacts ?? []), ...(ofExecutions ?? [])];
    const found = new Map(items.map((node) => [node.key, node]));
    const nodes = keys.flatMap((key) => found.get(key) ?? []);
    const known = new Map(metrics.data.items.map((item) => [item.key, item.metrics]));
    const making = new Map((ofMakers ?? []).map((node) => [node.key, node]));
    const rows = compareRows(
      nodes,
      nodes.map(({ key }) => known.get(key) ?? []),
      new Map(
        [...makerOf].flatMap(([key, maker]): [string, Node][] => {
          const found = making.get(maker);
          return found ? [[key, found]] : [];
        }),
      ),
      new Map(environments.data?.items.map(({ key, inputs }) => [key, inputs])),
    );
    const missing = keys.filter((key) => !found.has(key));
    return { nodes, rows, missing, exact: metrics.data.exact, hasAllInputs: environments.data?.exact ?? true };
  }, [keys, metrics.data, environments.data, ofArtifacts, ofExecutions, ofMakers, makerOf]);
  // Environments that cannot be read are said where they would stand; the rest is compared without them.
  const isReady = !environments.isLoading && needed.every(({ isSuccess }) => isSuccess);
  return {
    comparison: isReady ? comparison : undefined,
    error: needed.find(({ error }) => error)?.error,
    refetch: () => {
      for (const query of needed) void query.refetch();
    },
  };
}

/** The keys of the executions that made artifacts, by the keys of these. */
function makersIn(items: readonly RecordEnvironment[] = []): ReadonlyMap<string, string> {
  return new Map(
    items.flatMap(({ key, execution }): [string, string][] =>
      key.startsWith("a") && execution ? [[key, execution.key]] : [],
    ),
  );
}
