// The lineage around records, as graphs.

import {
  type Direction,
  type Graph,
  type GraphEdge,
  type GraphNode,
  hops,
  neighbours,
  restrict,
} from "../lineage/graph";
import { toNumber } from "../values/numbers";
import { ALL, type LineageAsk, lineageParams } from "./asks";
import { api, dataOf } from "./client";
import { type Cut, durationOf, type Edge, type Lineage, type LineageNode } from "./shapes";

export interface LoadedGraph extends Graph {
  readonly leftOut: number;
  /** What stopped the walk before its end, in sentences. */
  readonly cuts: readonly string[];
}

export function lineageQuery(ask: LineageAsk) {
  const queryFn = ({ signal }: { signal: AbortSignal }) => fetchLineage(ask, signal);
  return { queryKey: ["lineage", ask], queryFn, staleTime: 30_000 };
}

async function fetchLineage(ask: LineageAsk, signal: AbortSignal): Promise<LoadedGraph> {
  const query = lineageParams(ask);
  const lineage = await dataOf(api.GET("/api/v1/lineage", { params: { query }, signal }));
  const graph = graphOf(lineage);
  return { ...(ask.undeclared ? withoutDeclared(graph, ask.focus) : graph), cuts: cutsOf(ask, lineage.cuts) };
}

/** What to say of an answer: not that it ends after the few generations asked for, which the graph shows by itself. */
export function cutsOf(ask: Pick<LineageAsk, "up" | "down">, cuts: readonly Cut[]): string[] {
  const isWhole = { up: ask.up === ALL, down: ask.down === ALL, "": true };
  const said = cuts.filter(({ limit, direction }) => limit !== "nodes" && (limit !== "hops" || isWhole[direction]));
  return said.map(({ direction, message }) => (direction ? `${WORDS[direction]}: ${message}` : message));
}

const WORDS = { up: "upstream", down: "downstream" };

/** Without declared events, and without nodes that only those lead to. */
function withoutDeclared(graph: LoadedGraph, focus: string): LoadedGraph {
  const edges = graph.edges.filter(({ type }) => !type.startsWith("DECLARED"));
  const kept = hops({ nodes: graph.nodes, edges }, focus);
  return { ...graph, ...restrict({ nodes: graph.nodes, edges }, ({ key }) => kept.has(key)) };
}

/** How two nodes are related: the paths between them, or their nearest common ancestors. */
export function pathQuery(first: string | undefined, second: string | undefined) {
  const query = { first: first ?? "", second: second ?? "", limit: 50 };
  return {
    queryKey: ["path", first, second],
    queryFn: () => dataOf(api.GET("/api/v1/lineage/path", { params: { query } })),
    enabled: first !== undefined && second !== undefined,
  };
}

/** The API's lineage as a graph; a node knows how many neighbours it has in all. */
export function graphOf(lineage: Pick<Lineage, "nodes" | "edges"> & { left_out?: number }): LoadedGraph {
  const edges = lineage.edges.map(edgeOf);
  const bare = new Map(lineage.nodes.map((node) => [node.key, nodeOf(node)]));
  const graph: Graph = { nodes: bare, edges };
  const lists: Record<Direction, Map<string, string[]>> = {
    up: neighbours(graph, "up"),
    down: neighbours(graph, "down"),
  };
  const nodes = new Map(
    lineage.nodes.map((node) => [
      node.key,
      {
        ...(bare.get(node.key) as GraphNode),
        upCount: node.hidden_up + (lists.up.get(node.key)?.length ?? 0),
        downCount: node.hidden_down + (lists.down.get(node.key)?.length ?? 0),
      },
    ]),
  );
  return { nodes, edges, leftOut: lineage.left_out ?? 0, cuts: [] };
}

function nodeOf(node: LineageNode): GraphNode {
  const figure = Object.entries(node.metrics)[0];
  const text = Object.values(node.values)[0]?.value;
  return {
    key: node.key,
    kind: node.kind === "execution" ? "execution" : "artifact",
    id: node.id,
    name: node.name ?? node.uri?.split("/").slice(-2).join("/") ?? "",
    type: node.type,
    version: node.version ?? undefined,
    state: node.state ?? undefined,
    uri: node.uri ?? undefined,
    created: node.created || undefined,
    duration: durationOf(node),
    figure: figure ? { name: figure[0], value: toNumber(figure[1].last) ?? Number.NaN } : undefined,
    label: text === undefined ? undefined : String(text),
    ghost: node.missing || undefined,
    upCount: 0,
    downCount: 0,
  };
}

function edgeOf(edge: Edge): GraphEdge {
  return {
    from: edge.source,
    to: edge.target,
    type: edge.type,
    time: edge.time ?? undefined,
    path: edge.path.map((step) => step.key ?? step.index).join(" / ") || undefined,
  };
}
