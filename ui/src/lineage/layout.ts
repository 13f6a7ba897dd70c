// Where nodes lie: left to right in layers. Runs in a worker (layout.worker.ts); plain numbers in and out.

import { Graph as DagreGraph, layout as dagreLayout } from "@dagrejs/dagre";
import { type Box, COLUMN_GAP, type LayoutTask, type Positions, ROW_GAP } from "./boxes";
import { largeLayout } from "./layered";

// Beyond this, dagre takes longer than a person waits: half a second for 200 nodes, four for 500.
const LARGE = 120;

/** Layers: few crossings, short edges. Boxes and links are sorted, so that the same graph always looks the same. */
export function layerLayout({ boxes, links }: LayoutTask): Positions {
  const task = { boxes: inOrder(boxes), links: [...links].sort(byEnds) };
  return boxes.length > LARGE ? largeLayout(task) : dagreLayers(task);
}

/** Layers by dagre: more room for long edges, in much more time. */
export function dagreLayers(task: LayoutTask): Positions {
  const graph = new DagreGraph();
  graph.setGraph({ rankdir: "LR", ranker: "network-simplex", nodesep: ROW_GAP, ranksep: COLUMN_GAP, edgesep: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { key, width, height } of task.boxes) graph.setNode(key, { width, height });
  for (const [from, to] of task.links) graph.setEdge(from, to);
  dagreLayout(graph);
  return Object.fromEntries(task.boxes.map((box) => [box.key, corner(graph, box)]));
}

function corner(graph: DagreGraph, { key, width, height }: Box): readonly [number, number] {
  const { x, y } = graph.node(key) as { x: number; y: number };
  return [Math.round(x - width / 2), Math.round(y - height / 2)];
}

function inOrder(boxes: readonly Box[]): Box[] {
  return [...boxes].sort((left, right) => left.key.localeCompare(right.key, "en", { numeric: true }));
}

function byEnds(left: readonly [string, string], right: readonly [string, string]): number {
  return `${left[0]}>${left[1]}`.localeCompare(`${right[0]}>${right[1]}`, "en", { numeric: true });
}

/** Columns by depth: what is drawn when layers take too long. Linear in the size of the graph. */
export function columnLayout(task: LayoutTask): Positions {
  const depth = depths(task);
  const bottom = new Map<number, number>();
  const positions: Record<string, readonly [number, number]> = {};
  for (const { key, height } of inOrder(task.boxes)) {
    const column = depth.get(key) ?? 0;
    const y = bottom.get(column) ?? 0;
    positions[key] = [column * (216 + COLUMN_GAP), y];
    bottom.set(column, y + height + ROW_GAP);
  }
  return positions;
}

function depths({ boxes, links }: LayoutTask): Map<string, number> {
  const waiting = new Map(boxes.map(({ key }) => [key, 0]));
  const next = new Map<string, string[]>(boxes.map(({ key }) => [key, []]));
  for (const [from, to] of links) {
    next.get(from)?.push(to);
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
  }
  const depth = new Map<string, number>();
  // Nodes of a cycle never stop waiting; they get the column after the first node that leads to them.
  const ready = boxes.filter(({ key }) => waiting.get(key) === 0).map(({ key }) => key);
  for (let key = ready.shift(); key !== undefined; key = ready.shift()) {
    for (const to of next.get(key) ?? []) {
      depth.set(to, Math.max(depth.get(to) ?? 0, (depth.get(key) ?? 0) + 1));
      waiting.set(to, (waiting.get(to) as number) - 1);
      if (waiting.get(to) === 0) ready.push(to);
    }
  }
  return depth;
}
