// How an edge is drawn, on the screen and in exported pictures: dashed or not, and its way.

import type { Positions } from "./boxes";
import type { Graph, GraphEdge } from "./graph";
import { sizeOf } from "./looks";

/** Whether an edge is drawn dashed: declared ones and those that stand for a way through nodes that are not drawn. */
export function isDashed(edge: GraphEdge): boolean {
  return edge.via !== undefined || edge.type.startsWith("DECLARED");
}

/** What is written on an edge: over how many nodes it leads, or how many edges it stands for. */
export function labelOf(edge: GraphEdge): string | undefined {
  if (edge.via) return `via ${edge.via}`;
  return edge.count && edge.count > 1 ? `× ${edge.count}` : undefined;
}

/** Where an edge that runs against the flow, as in a cycle, passes below the nodes between; undefined for all others. */
export function belowOf(edge: GraphEdge, graph: Graph, positions: Positions): number | undefined {
  const [start, end] = [positions[edge.from], positions[edge.to]];
  const node = graph.nodes.get(edge.from);
  if (!start || !end || !node || end[0] >= start[0] + sizeOf(node).width) return undefined;
  const [left, right] = [Math.min(start[0], end[0]), Math.max(start[0], end[0]) + sizeOf(node).width];
  let bottom = Math.max(start[1], end[1]);
  for (const other of graph.nodes.values()) {
    const place = positions[other.key];
    if (!place || place[0] + sizeOf(other).width < left || place[0] > right) continue;
    // Only what the detour would cross: columns below the ends may be long, and belong to others.
    if (place[1] > bottom + DETOUR) continue;
    bottom = Math.max(bottom, place[1] + sizeOf(other).height);
  }
  return bottom + 20;
}

const DETOUR = 200;

/** The way of an edge: a curve to the right, or below the nodes and back. */
export function edgePath(x1: number, y1: number, x2: number, y2: number, below: number | undefined): string {
  if (below === undefined) {
    const bend = Math.max(24, Math.abs(x2 - x1) / 2);
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  const [out, back] = [x1 + 32, x2 - 32];
  return (
    `M${x1} ${y1}C${out} ${y1} ${out} ${y1} ${out} ${y1 + 24}V${below - 16}Q${out} ${below} ${out - 16} ${below}` +
    `H${back + 16}Q${back} ${below} ${back} ${below - 16}V${y2 + 24}C${back} ${y2} ${back} ${y2} ${x2} ${y2}`
  );
}
