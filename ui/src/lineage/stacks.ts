// Stacks: six or more siblings of one type with the same parents or the same children are drawn as one node.

import { typeName } from "../values/humanNames";
import { sharedStart } from "../values/names";
import { count, formatCount } from "../values/numbers";
import { type Graph, type GraphNode, neighbours, rename } from "./graph";

export const SMALLEST_STACK = 6;

/** Fold equal siblings into stacks.
 *
 * @param apart keys that are never folded: the focus, the selection, what was pulled out.
 */
export function stackSiblings(graph: Graph, apart: ReadonlySet<string>, smallest = SMALLEST_STACK): Graph {
  let stacked = graph;
  // Folding the trainers makes siblings of their models, and so on: each round can only shrink the graph.
  for (;;) {
    const next = foldOnce(foldOnce(stacked, apart, smallest, "up"), apart, smallest, "down");
    if (next.nodes.size === stacked.nodes.size) return next;
    stacked = next;
  }
}

function foldOnce(graph: Graph, apart: ReadonlySet<string>, smallest: number, side: "up" | "down"): Graph {
  const relatives = neighbours(graph, side);
  const groups = new Map<string, GraphNode[]>();
  for (const node of graph.nodes.values()) {
    const shared = relatives.get(node.key) as string[];
    if (apart.has(node.key) || node.ghost || shared.length === 0) continue;
    const key = stackKey(node, side, shared);
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const large = [...groups].filter(([, group]) => group.flatMap(membersOf).length >= smallest && group.length > 1);
  return large.length === 0 ? graph : fold(graph, new Map(large));
}

function stackKey(node: GraphNode, side: string, shared: readonly string[]): string {
  const kind = node.kind === "stack" ? node.members?.[0]?.kind : node.kind;
  return `s:${kind}:${node.type}:${side}:${[...shared].sort().join(",")}`;
}

function membersOf(node: GraphNode): readonly GraphNode[] {
  return node.members ?? [node];
}

function fold(graph: Graph, groups: ReadonlyMap<string, readonly GraphNode[]>): Graph {
  const names = new Map<string, string>();
  const nodes = new Map(graph.nodes);
  for (const group of groups.values()) {
    const stack = stackOf(group.flatMap(membersOf));
    for (const node of group) {
      names.set(node.key, stack.key);
      nodes.delete(node.key);
    }
    nodes.set(stack.key, stack);
  }
  return { nodes, edges: rename(graph.edges, names) };
}

function byId(left: string, right: string): number {
  return left.localeCompare(right, "en", { numeric: true });
}

/** One node for several records of one type. */
export function stackOf(members: readonly GraphNode[]): GraphNode {
  const first = members[0] as GraphNode;
  return {
    key: `s${members.map((node) => node.key).sort(byId)[0]}`,
    kind: "stack",
    id: "",
    name: stackName(members),
    type: first.type,
    members,
    upCount: 0,
    downCount: 0,
  };
}

/** What a stack is called: by what its members share, such as "48 trials of resnet-sweep". */
export function stackName(members: readonly GraphNode[]): string {
  const [{ name: first, type }] = members as readonly [GraphNode];
  const kind = count(members.length, typeName(type).toLowerCase());
  const names = members.map(({ name }) => name);
  if (first && names.every((name) => name === first)) {
    const versions = new Set(members.map(({ version }) => version));
    const areVersions = versions.size === members.length && !versions.has(undefined);
    return areVersions
      ? `${count(members.length, "version")} of ${first}`
      : `${formatCount(members.length)} × ${first}`;
  }
  const start = Array.from(first).slice(0, sharedStart(names)).join("");
  const shared = start.replace(/[^/_\-.: ]*$/, "").replace(/[^\p{L}\p{N}]+$/u, "");
  if (!shared) return kind;
  const [, place, noun] = /^(.*)\/(\p{L}+)$/u.exec(shared) ?? [];
  if (place && noun) return `${count(members.length, noun)} of ${place}`;
  return `${kind} of ${shared}`;
}

/** How many members are in each state, most first. */
export function stateCounts(members: readonly GraphNode[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { state } of members) if (state) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].sort((left, right) => right[1] - left[1]);
}
