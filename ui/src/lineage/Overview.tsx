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
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const ratio = devicePixelRatio;
    const style = getComputedStyle(document.documentElement);
    context.canvas.width = WIDTH * ratio;
    context.canvas.height = HEIGHT * ratio;
    context.setTransform(
      scale * ratio,
      0,
      0,
      scale * ratio,
      (4 - bounds.x * scale) * ratio,
      (4 - bounds.y * scale) * ratio,
    );
    for (const node of graph.nodes.values()) {
      const position = positions[node.key];
      if (!position) continue;
      const size = sizeOf(node);
      context.fillStyle = style.getPropertyValue(`--${colourOf(node)}`);
      context.fillRect(position[0], position[1], size.width, size.height);
    }
    context.strokeStyle = style.getPropertyValue("--link");
    context.lineWidth = 2 / scale;
    context.strokeRect(-x / zoom, -y / zoom, width / zoom, height / zoom);
  }, [graph, positions, x, y, zoom, width, height, scale, bounds.x, bounds.y]);
  const go = (event: React.MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = {
      x: (event.clientX - box.left - 4) / scale + bounds.x,
      y: (event.clientY - box.top - 4) / scale + bounds.y,
    };
    void flow.setCenter(at.x, at.y, { zoom });
  };
  return <canvas ref={canvas} className="overview" style={{ width: WIDTH, height: HEIGHT }} onClick={go} aria-hidden />;
}
