// The minimap: the whole graph and the window in it; a click goes there.

import { useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useRef } from "react";
import type { Positions } from "./boxes";
import type { Graph } from "./graph";
import { boundsOf, colourOf, sizeOf } from "./looks";

const WIDTH = 200;
const HEIGHT = 120;

export function Overview({ graph, positions }: { graph: Graph; positions: Positions }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const flow = useReactFlow();
  const [x, y, zoom] = useStore((state) => state.transform);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const bounds = boundsOf(graph, positions);
  const scale = Math.min((WIDTH - 8) / bounds.width, (HEIGHT - 8) / bounds.height);
  // Both margins are equal, so that the graph is centred.
  const left = (WIDTH - bounds.width * scale) / 2 - bounds.x * scale;
  const top = (HEIGHT - bounds.height * scale) / 2 - bounds.y * scale;
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const ratio = devicePixelRatio;
    const style = getComputedStyle(document.documentElement);
    context.canvas.width = WIDTH * ratio;
    context.canvas.height = HEIGHT * ratio;
    context.setTransform(scale * ratio, 0, 0, scale * ratio, left * ratio, top * ratio);
    for (const node of graph.nodes.values()) {
      const position = positions[node.key];
      if (!position) continue;
      const size = sizeOf(node);
      context.fillStyle = style.getPropertyValue(`--${colourOf(node)}`);
      context.fillRect(position[0], position[1], Math.max(size.width, 1 / scale), Math.max(size.height, 1 / scale));
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.strokeStyle = style.getPropertyValue("--link");
    context.lineWidth = 2;
    const [near, far] = [(at: number) => Math.max(1, at), (at: number, most: number) => Math.min(most - 1, at)];
    const [x1, y1] = [near(left - (x / zoom) * scale), near(top - (y / zoom) * scale)];
    const [x2, y2] = [
      far(left + ((width - x) / zoom) * scale, WIDTH),
      far(top + ((height - y) / zoom) * scale, HEIGHT),
    ];
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  }, [graph, positions, x, y, zoom, width, height, scale, left, top]);
  const go = (event: React.MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = {
      x: (event.clientX - box.left - left) / scale,
      y: (event.clientY - box.top - top) / scale,
    };
    void flow.setCenter(at.x, at.y, { zoom });
  };
  return <canvas ref={canvas} className="overview" style={{ width: WIDTH, height: HEIGHT }} onClick={go} aria-hidden />;
}
