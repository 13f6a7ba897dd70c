// The graph in React Flow's form. Sizes and handles are given, so that it can leave out what is outside the window
// without measuring anything first.

import { type Edge, MarkerType, Position } from "@xyflow/react";
import { count } from "../values/numbers";
import { formatUtc } from "../values/times";
import type { Positions } from "./boxes";
import { belowOf, isDashed, labelOf } from "./edges";
import type { FlowNode, NodeActions } from "./GraphNodes";
import { edgeKey, type Graph, type GraphEdge, type GraphNode } from "./graph";
import { type Label, labelsOf } from "./labels";
import { sizeOf } from "./looks";
import { hiddenNeighbours, readExpansions } from "./view";

export interface Emphasis {
  readonly focus: string | undefined;
  readonly selected: string | undefined;
  /** What stays in colour; undefined: everything. */
  readonly lit: ReadonlySet<string> | undefined;
  readonly way: readonly string[];
}

export function flowNodes(
  graph: Graph,
  positions: Positions,
  expansions: string | undefined,
  actions: NodeActions,
): FlowNode[] {
  const hidden = hiddenNeighbours(graph);
  const open = new Set(readExpansions(expansions).map(({ key, direction }) => `${key} ${direction}`));
  const labels = labelsOf(graph);
  return [...graph.nodes.values()].flatMap((node) => {
    const position = positions[node.key];
    if (!position) return [];
    const size = sizeOf(node);
    return [
      {
        id: node.key,
        type: node.kind,
        position: { x: position[0], y: position[1] },
        ...size,
        handles: handlesOf(size),
        data: {
          node,
          label: labels.get(node.key) as Label,
          hiddenUp: hidden.get(node.key)?.up ?? 0,
          hiddenDown: hidden.get(node.key)?.down ?? 0,
          canFoldUp: open.has(`${node.key} up`),
          canFoldDown: open.has(`${node.key} down`),
          actions,
        },
      },
    ];
  });
}

function handlesOf({ width, height }: { width: number; height: number }) {
  const y = height / 2;
  return [
    { type: "target" as const, position: Position.Left, x: 0, y, width: 1, height: 1 },
    { type: "source" as const, position: Position.Right, x: width, y, width: 1, height: 1 },
  ];
}

/** Mark the focus, the selection and the path by class: only nodes whose class changes are drawn anew. */
export function emphasizeNodes(nodes: readonly FlowNode[], { focus, selected, lit, way }: Emphasis): FlowNode[] {
  const onWay = new Set(way);
  return nodes.map((node) => {
    const dim = (lit !== undefined && !lit.has(node.id)) || (onWay.size > 0 && !onWay.has(node.id));
    const marks = [
      node.id === focus && "is-focus",
      node.id === selected && "is-selected",
      onWay.has(node.id) && "is-way",
      dim && "is-dim",
    ];
    return { ...node, className: marks.filter(Boolean).join(" ") };
  });
}

export function flowEdges(graph: Graph, positions: Positions, { lit, way }: Emphasis): Edge[] {
  const steps = new Set(way.slice(1).map((key, at) => `${way[at]}>${key}`));
  return graph.edges
    .filter(({ from, to }) => positions[from] && positions[to])
    .map((edge) => {
      const isWay = steps.has(`${edge.from}>${edge.to}`);
      const isDim = (lit && !(lit.has(edge.from) && lit.has(edge.to))) || (steps.size > 0 && !isWay);
      const marks = [
        isDashed(edge) && "edge-dashed",
        edge.type.startsWith("INTERNAL") && "edge-dotted",
        isWay && "edge-way",
        isDim && "is-dim",
      ];
      return {
        id: edgeKey(edge),
        source: edge.from,
        target: edge.to,
        type: "flow",
        className: marks.filter(Boolean).join(" "),
        data: { title: titleOf(edge, graph), below: belowOf(edge, graph, positions) },
        ...(labelOf(edge) && { label: labelOf(edge) }),
        markerEnd: { type: isPending(edge) ? MarkerType.Arrow : MarkerType.ArrowClosed, width: 16, height: 16 },
      };
    });
}

function isPending({ type }: GraphEdge): boolean {
  return type.startsWith("PENDING");
}

function titleOf(edge: GraphEdge, graph: Graph): string {
  const name = (key: string) => graph.nodes.get(key)?.name || key;
  const facts = [
    edge.type.toLowerCase().replaceAll("_", " "),
    edge.path && `at ${edge.path}`,
    edge.time && formatUtc(edge.time),
  ];
  return `${name(edge.from)} → ${name(edge.to)}\n${facts.filter(Boolean).join(" · ")}`;
}

/** What is spoken when a node is reached by key: "churn v7, model, 2 inputs". */
export function spoken(node: GraphNode, type: string): string {
  const what = [node.name || node.key, node.version].filter(Boolean).join(" ");
  const state = node.state?.toLowerCase().replaceAll("_", " ");
  return [what, type, state, count(node.upCount, "input"), count(node.downCount, "output")].filter(Boolean).join(", ");
}
