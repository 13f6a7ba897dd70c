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
import { ALL, EVIDENCE, type LineageAsk, lineageParams, MOST_NODES } from "./asks";
import { api, dataOf } from "./client";
import { type Cut, durationOf, type Edge, type Lineage, type LineageNode } from "./shapes";

export interface LoadedGraph extends Graph {
  /** Where the walk stopped before its end. */
  readonly stops: readonly Stop[];
  /** What else is left out, in sentences. */
  readonly cuts: readonly string[];
}

/** Where a walk stopped that could go on. */
export interface Stop {
  readonly focus: string;
  readonly direction: Direction;
  readonly limit: "nodes" | "generations";
  /** Whether all generations were asked for. */
  readonly isWhole: boolean;
  readonly generations: number;
  /** How many nodes were met that way, and how many more are known to lie right behind them. */
  readonly nodes: number;
  readonly leftOut: number;
  /** How many nodes the next request may ask for; undefined at the limit of the server. */
  readonly next: number | undefined;
}

export function lineageQuery(ask: LineageAsk) {
  const queryFn = ({ signal }: { signal: AbortSignal }) => fetchLineage(ask, signal);
  return { queryKey: ["lineage", ask], queryFn, staleTime: 30_000 };
}

async function fetchLineage(ask: LineageAsk, signal: AbortSignal): Promise<LoadedGraph> {
  const query = lineageParams(ask);
  const lineage = await dataOf(api.GET("/api/v1/lineage", { params: { query }, signal }));
  const graph = { ...graphOf(lineage), stops: stopsOf(ask, lineage), cuts: cutsOf(lineage.cuts) };
  return ask.undeclared ? { ...graph, ...withoutDeclared(graph, ask.focus) } : graph;
}

/** What is left out of an answer beside the nodes behind its ends. */
export function cutsOf(cuts: readonly Cut[]): string[] {
  const said = cuts.filter(({ limit }) => limit !== "nodes" && limit !== "hops");
  return said.map(({ direction, message }) => (direction ? `${WORDS[direction]}: ${message}` : message));
}

const WORDS = { up: "upstream", down: "downstream" };

/** Where an answer stopped. A few generations end where the reader asked, which the graph shows by itself. */
export function stopsOf(ask: LineageAsk, { nodes, cuts }: Pick<Lineage, "cuts"> & { nodes: readonly Met[] }): Stop[] {
  return cuts.flatMap(({ direction, limit, hops, left_out: leftOut }) => {
    if (!direction || (limit !== "nodes" && limit !== "hops")) return [];
    const isWhole = ask[direction] === ALL;
    if (limit === "hops" && !isWhole) return [];
    const met = nodes.filter(({ distance }) => (direction === "up" ? distance < 0 : distance > 0)).length;
    // Fewer than were asked for: the server has a lower limit of its own.
    const canGrow = limit === "nodes" && nodes.length >= ask.limit && ask.limit < MOST_NODES;
    return [
      {
        focus: ask.focus,
        direction,
        limit: limit === "nodes" ? "nodes" : "generations",
        isWhole,
        generations: Math.ceil(hops / 2),
        nodes: met,
        leftOut,
        next: canGrow ? Math.min(MOST_NODES, Math.max(1000, 2 * ask.limit)) : undefined,
      },
    ];
  });
}

type Met = Pick<LineageNode, "distance">;

/** Without declared events, and without nodes that only those lead to. */
function withoutDeclared(graph: Graph, focus: string): Graph {
  const edges = graph.edges.filter(({ type }) => !type.startsWith("DECLARED"));
  const kept = hops({ nodes: graph.nodes, edges }, focus);
  return restrict({ nodes: graph.nodes, edges }, ({ key }) => kept.has(key));
}

/** How two nodes are related: the paths between them, or their nearest common ancestors. */
export function pathQuery(first: string | undefined, second: string | undefined) {
  const query = { first: first ?? "", second: second ?? "", limit: 50 };
  return {
    queryKey: ["path", first, second],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      dataOf(api.GET("/api/v1/lineage/path", { signal, params: { query } })),
    enabled: first !== undefined && second !== undefined,
  };
}

/** The API's lineage as a graph; a node knows how many neighbours it has in all. */
export function graphOf(lineage: Pick<Lineage, "nodes" | "edges">): Graph {
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
  return { nodes, edges };
}

function nodeOf(node: LineageNode): GraphNode {
  const figure = Object.entries(node.metrics)[0];
  const values = Object.entries(node.values);
  const text = values.find(([key]) => !EVIDENCE.includes(key))?.[1].value;
  const evidence = values.find(([key]) => EVIDENCE.includes(key))?.[1].value;
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
    evidence: evidence === undefined ? undefined : String(evidence),
    deletedOutputs: node.deleted_outputs || undefined,
    failure: node.failure ?? undefined,
    aliases: node.aliases.length > 0 ? node.aliases : undefined,
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
