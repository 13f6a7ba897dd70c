// From what is loaded to what is drawn: which nodes are shown, folded, hidden, stacked. Pure; the address says what.

import { type LineageSearch, splitList } from "../app/search";
import { contextOf, contract, type Graph, type GraphNode, mergeGraphs, restrict } from "./graph";
import { isWorthMerging, mergeVersions } from "./merge";
import { stackSiblings } from "./stacks";

/** An expansion in the address: a5d = one generation down from a5, a5u* = all generations up. */
export interface Expansion {
  readonly key: string;
  readonly direction: "up" | "down";
  readonly all: boolean;
}

export function readExpansions(text: string | undefined): Expansion[] {
  return splitList(text).flatMap((item) => {
    const parts = /^([aec]\d+)([ud])(\*?)$/.exec(item);
    if (!parts) return [];
    return [{ key: parts[1] as string, direction: parts[2] === "u" ? "up" : "down", all: parts[3] === "*" } as const];
  });
}

export function writeExpansion({ key, direction, all }: Expansion): string {
  return `${key}${direction === "up" ? "u" : "d"}${all ? "*" : ""}`;
}

export interface DrawnGraph extends Graph {
  /** Nodes that are loaded and shown, before hiding, folding and stacking. */
  readonly all: Graph;
  readonly hiddenCount: number;
}

/** What is drawn of the graphs that are loaded.
 *
 * @param way nodes of the path that is shown; they are always drawn apart.
 */
export function drawnGraph(loaded: readonly Graph[], search: LineageSearch, way: readonly string[]): DrawnGraph {
  const all = withoutAliases(mergeGraphs(loaded), search);
  const isolated = search.only ? contextOf(all, search.only) : undefined;
  const seen = isolated ? restrict(all, ({ key }) => isolated.has(key)) : all;
  const hidden = new Set(splitList(search.hide).filter((key) => seen.nodes.has(key)));
  const folded = search.fold === "executions" ? executionsOf(seen, search.focus) : new Set<string>();
  const other = search.state ? notIn(seen, search.state, search.focus) : new Set<string>();
  const visible = contract(seen, new Set([...hidden, ...folded, ...other]));
  const merged = search.merge === "versions" ? mergeVersions(visible) : visible;
  const apart = new Set([search.focus ?? "", ...splitList(search.apart), ...splitList(search.path), ...way]);
  const stacked = stackSiblings(merged, apart);
  return { ...stacked, all, hiddenCount: all.nodes.size - seen.nodes.size + hidden.size + other.size };
}

/** Aliases are on the nodes where the reader chose them. */
function withoutAliases(graph: Graph, { figure }: LineageSearch): Graph {
  if (splitList(figure).includes("aliases")) return graph;
  const bare = (node: GraphNode) => (node.aliases ? { ...node, aliases: undefined } : node);
  return { nodes: new Map([...graph.nodes].map(([key, node]) => [key, bare(node)])), edges: graph.edges };
}

function executionsOf(graph: Graph, focus: string | undefined): Set<string> {
  const executions = [...graph.nodes.values()].filter(({ kind, key }) => kind === "execution" && key !== focus);
  return new Set(executions.map(({ key }) => key));
}

/** All but the artifacts in a state and the focus. */
function notIn(graph: Graph, state: string, focus: string | undefined): Set<string> {
  const others = [...graph.nodes.values()].filter((node) => node.kind !== "artifact" || node.state !== state);
  return new Set(others.map(({ key }) => key).filter((key) => key !== focus));
}

/** How many nodes would be left of a graph if its versions were merged; undefined where that helps little. */
export function mergedCount(loaded: Graph, drawn: Graph, search: LineageSearch): number | undefined {
  const now = drawn.nodes.size;
  if (search.merge || search.path || !isWorthMerging(now, new Set(namesOf(drawn)).size)) return undefined;
  const after = drawnGraph([loaded], { ...search, merge: "versions" }, []).nodes.size;
  return isWorthMerging(now, after) ? after : undefined;
}

function namesOf(graph: Graph): string[] {
  return [...graph.nodes.values()].map(({ kind, name, type, key }) => (name ? `${kind} ${type} ${name}` : key));
}

/** The drawn node that a record is in: itself, the merged versions, or the stack that holds it. */
export function drawnKey(graph: Graph, key: string | undefined): string | undefined {
  if (key === undefined || graph.nodes.has(key)) return key;
  for (const node of graph.nodes.values()) if (holds(node, key)) return node.key;
  return undefined;
}

function holds({ members = [], versions = [] }: GraphNode, key: string): boolean {
  return [...members, ...versions].some((inner) => inner.key === key || holds(inner, key));
}

/** What of an address decides which nodes are drawn. */
export function stampOf({ sel: _, view: __, figure: ___, ...rest }: LineageSearch): string {
  return JSON.stringify(
    Object.entries(rest)
      .filter(([, value]) => value !== undefined)
      .sort(),
  );
}

/** How many neighbours of a node are not loaded, each way; what is hidden or folded by choice is said elsewhere. */
export function hiddenNeighbours(
  graph: Graph & Partial<Pick<DrawnGraph, "all">>,
): Map<string, { up: number; down: number }> {
  const [up, down] = [new Map<string, Set<string>>(), new Map<string, Set<string>>()];
  const note = (side: Map<string, Set<string>>, key: string, other: string) =>
    side.set(key, (side.get(key) ?? new Set()).add(other));
  for (const { from, to } of (graph.all ?? graph).edges) {
    note(down, from, to);
    note(up, to, from);
  }
  const missing = (count: number, loaded: Set<string> | undefined) => Math.max(0, count - (loaded?.size ?? 0));
  return new Map(
    [...graph.nodes.values()].map(({ key, kind, upCount, downCount }) => {
      if (kind === "stack") return [key, { up: 0, down: 0 }];
      return [key, { up: missing(upCount, up.get(key)), down: missing(downCount, down.get(key)) }];
    }),
  );
}
