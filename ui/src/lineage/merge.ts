// Merged versions: all versions of a name are one node, and so are all executions of a name. What stays out: stacks of
// siblings, whatever their names are (stacks.ts).

import { count } from "../values/numbers";
import { type Graph, type GraphNode, rename } from "./graph";
import { stackOf } from "./stacks";

/** The least nodes of a graph that is worth a summary. */
const MANY = 30;

export function mergeVersions(graph: Graph): Graph {
  const groups = new Map<string, GraphNode[]>();
  for (const node of graph.nodes.values()) {
    const key = node.name && !node.ghost ? `${node.kind}:${node.type}:${node.name}` : node.key;
    const group = groups.get(key);
    if (group) group.push(node);
    else groups.set(key, [node]);
  }
  const names = new Map<string, string>();
  const nodes = new Map<string, GraphNode>();
  for (const group of groups.values()) {
    const merged = mergedOf(group);
    nodes.set(merged.key, merged);
    for (const node of group) names.set(node.key, merged.key);
  }
  return { nodes, edges: rename(graph.edges, names) };
}

function mergedOf(group: readonly GraphNode[]): GraphNode {
  const [first] = group as readonly [GraphNode];
  if (group.length === 1) return first;
  if (first.kind === "execution") return stackOf(group);
  const newest = group.reduce((best, node) => ((node.created ?? 0) > (best.created ?? 0) ? node : best));
  return { ...newest, version: count(group.length, "version"), versions: group };
}

/** Whether merging makes a graph so much smaller that it is offered. */
export function isWorthMerging(before: number, after: number): boolean {
  return before >= MANY && after <= before / 2;
}
