// The graph from afar, on one canvas: a thousand boxes and their links cost less than a millisecond.

import { useStore } from "@xyflow/react";
import { useEffect, useRef } from "react";
import type { Positions } from "./boxes";
import type { Graph } from "./graph";
import { colourOf, sizeOf } from "./looks";

/** The least width and height of a node on the screen, in pixels. */
const LEAST = 3;

interface FarViewProps {
  readonly graph: Graph;
  readonly positions: Positions;
  readonly selected: string | undefined;
  readonly lit: ReadonlySet<string> | undefined;
}

export function FarView({ graph, positions, selected, lit }: FarViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const ratio = devicePixelRatio;
    context.canvas.width = width * ratio;
    context.canvas.height = height * ratio;
    context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
    drawEdges(context, graph, positions, lit);
    drawNodes(context, graph, positions, selected, lit, LEAST / zoom);
  }, [graph, positions, selected, lit, x, y, zoom, width, height]);
  return <canvas ref={canvas} className="far-view" aria-hidden />;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

type Lit = ReadonlySet<string> | undefined;

function drawEdges(context: CanvasRenderingContext2D, graph: Graph, positions: Positions, lit: Lit): void {
  context.strokeStyle = colour("control-border");
  context.lineWidth = Math.max(3, 1 / context.getTransform().a);
  for (const isLit of [false, true]) {
    context.globalAlpha = isLit ? 0.7 : 0.15;
    context.beginPath();
    for (const { from, to } of graph.edges) {
      const [start, end] = [positions[from], positions[to]];
      const node = graph.nodes.get(from);
      if (!start || !end || !node || (lit === undefined || (lit.has(from) && lit.has(to))) !== isLit) continue;
      const size = sizeOf(node);
      context.moveTo(start[0] + size.width, start[1] + size.height / 2);
      context.lineTo(end[0], end[1] + size.height / 2);
    }
    context.stroke();
  }
}

function drawNodes(
  context: CanvasRenderingContext2D,
  graph: Graph,
  positions: Positions,
  selected: string | undefined,
  lit: Lit,
  least: number,
): void {
  const colours = new Map<string, string>();
  for (const node of graph.nodes.values()) {
    const position = positions[node.key];
    if (!position) continue;
    const name = node.state === "FAILED" ? "failed" : colourOf(node);
    if (!colours.has(name)) colours.set(name, colour(name));
    context.globalAlpha = lit === undefined || lit.has(node.key) ? 1 : 0.2;
    context.fillStyle = colours.get(name) as string;
    const { width, height } = sizeOf(node);
    context.fillRect(position[0], position[1], Math.max(width, least), Math.max(height, least));
    if (node.key !== selected) continue;
    context.strokeStyle = colour("link");
    context.lineWidth = 12;
    context.strokeRect(position[0] - 8, position[1] - 8, width + 16, height + 16);
  }
}

/** The node at a place of the graph. */
export function nodeAt(graph: Graph, positions: Positions, x: number, y: number): string | undefined {
  for (const node of graph.nodes.values()) {
    const position = positions[node.key];
    const { width, height } = sizeOf(node);
    if (position && x >= position[0] && x <= position[0] + width && y >= position[1] && y <= position[1] + height) {
      return node.key;
    }
  }
  return undefined;
}
