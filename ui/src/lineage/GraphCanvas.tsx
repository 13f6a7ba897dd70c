// The graph on the screen: near, as nodes; from afar, as one canvas. Keys and clicks become changes of the address.

import { count } from "../values/numbers";
import "@xyflow/react/dist/base.css";
import "./graph.css";
import { BaseEdge, Controls, type EdgeProps, ReactFlow, useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import { typeName } from "../values/humanNames";
import { edgePath } from "./edges";
import { FarView, nodeAt } from "./FarView";
import { type Emphasis, emphasizeNodes, flowEdges, flowNodes, spoken } from "./flow";
import { NODE_TYPES, type NodeActions } from "./GraphNodes";
import type { Graph } from "./graph";
import { Overview } from "./Overview";
import type { LayoutState } from "./useLayout";
import { useViewport } from "./useViewport";
import { rememberViewport } from "./viewport";
import { nextByKey } from "./walk";

const FAR = 0.35;
const MIDDLE = 0.7;
const OVERVIEW_FROM = 30;

export interface GraphCanvasProps extends Emphasis {
  readonly graph: Graph;
  readonly layout: LayoutState;
  readonly expansions: string | undefined;
  readonly isLoading: boolean;
  /** What decides which nodes there are. */
  readonly stamp: string;
  /** The node that was clicked last, which stays in sight. */
  readonly anchor: string | undefined;
  readonly actions: NodeActions & {
    readonly select: (key: string | undefined) => void;
    readonly focus: (key: string) => void;
    /** The path to a node, from the one that is selected or from another. */
    readonly path: (key: string, from?: string) => void;
    readonly open: (key: string) => void;
    readonly press: (key: string) => boolean;
    /** Gets the function that shows the whole graph. */
    readonly fit: { current: (() => void) | undefined };
  };
}

export function GraphCanvas(props: GraphCanvasProps) {
  const { layout, actions, focus, selected, lit } = props;
  // What is drawn belongs to the positions: a newer graph waits for its own.
  const graph = layout.graph ?? props.graph;
  const flow = useReactFlow();
  const zoom = useStore((state) => state.transform[2]);
  const isFar = zoom < FAR;
  const drawn = useDrawn(props, graph, isFar);
  const fitWindow = useViewport({ ...props, wanted: props.graph }, graph);
  useEffect(() => {
    actions.fit.current = fitWindow;
    return () => {
      actions.fit.current = undefined;
    };
  });
  const current = graph.nodes.get(selected ?? focus ?? "");
  /** From afar there is but one canvas: what lies under the pointer is looked up. */
  const pick = (event: React.MouseEvent) => {
    const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    return nodeAt(graph, layout.positions, x, y);
  };
  return (
    <div
      className={`graph ${zoom < MIDDLE ? "graph-middle" : ""}`}
      role="application"
      aria-label={`Lineage graph, ${count(graph.nodes.size, "node")}. Arrow keys walk along the edges, Enter opens details.`}
      tabIndex={0}
      onKeyDown={(event) => press(event, props, graph, fitWindow)}
    >
      <ReactFlow
        {...drawn}
        {...FIXED}
        onNodeClick={(event, node) => (event.shiftKey ? actions.path(node.id) : actions.select(node.id))}
        onNodeDoubleClick={(_, node) => actions.focus(node.id)}
        onPaneClick={(event) => actions.select(isFar ? pick(event) : undefined)}
        onMoveEnd={(_, viewport) => rememberViewport(viewport)}
      >
        <Controls showInteractive={false} showFitView={false} position="bottom-left" />
      </ReactFlow>
      {isFar && <FarView graph={graph} positions={layout.positions} selected={selected} lit={lit} />}
      {graph.nodes.size >= OVERVIEW_FROM && <Overview graph={graph} positions={layout.positions} />}
      <p className="sr-only" aria-live="polite">
        {current && spoken(current, typeName(current.type))}
      </p>
    </div>
  );
}

/** The nodes and edges to draw; from afar the one canvas has them all. */
function useDrawn(
  { layout, expansions, actions, focus, selected, lit, way }: GraphCanvasProps,
  graph: Graph,
  isFar: boolean,
) {
  const base = useMemo(
    () => flowNodes(graph, layout.positions, expansions, actions),
    [graph, layout.positions, expansions, actions],
  );
  const emphasis = useMemo(() => ({ focus, selected, lit, way }), [focus, selected, lit, way]);
  const nodes = useMemo(() => (isFar ? [] : emphasizeNodes(base, emphasis)), [base, emphasis, isFar]);
  const edges = useMemo(
    () => (isFar ? [] : flowEdges(graph, layout.positions, emphasis)),
    [graph, layout.positions, emphasis, isFar],
  );
  return { nodes, edges };
}

function press(event: React.KeyboardEvent, props: GraphCanvasProps, graph: Graph, fitWindow: () => void): void {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const { layout, actions, focus, selected } = props;
  const current = graph.nodes.get(selected ?? focus ?? "");
  const next = nextByKey(event.key, graph, layout.positions, selected ?? focus);
  if (next) actions.select(next);
  else if (event.key === "0") fitWindow();
  else if (event.key === "Enter" && event.shiftKey && current) actions.path(current.key, focus);
  else if (event.key === "Enter" && current) actions.open(current.key);
  else if (event.key === " ") actions.select(current?.key);
  else if (!actions.press(event.key)) return;
  event.preventDefault();
}

function FlowEdge({ sourceX, sourceY, targetX, targetY, data, ...edge }: EdgeProps) {
  const below = typeof data?.below === "number" ? data.below : undefined;
  const path = edgePath(sourceX, sourceY, targetX, targetY, below);
  const [labelX, labelY] = [(sourceX + targetX) / 2, below ?? (sourceY + targetY) / 2];
  return (
    <g>
      <title>{String(data?.title ?? "")}</title>
      <BaseEdge path={path} labelX={labelX} labelY={labelY} label={edge.label} markerEnd={edge.markerEnd as string} />
    </g>
  );
}

/** What never changes: the layout places the nodes, and one tab stop leads into the whole graph. */
const FIXED = {
  nodeTypes: NODE_TYPES,
  edgeTypes: { flow: FlowEdge },
  onlyRenderVisibleElements: true,
  nodesDraggable: false,
  nodesConnectable: false,
  nodesFocusable: false,
  edgesFocusable: false,
  elementsSelectable: false,
  disableKeyboardA11y: true,
  zoomOnDoubleClick: false,
  minZoom: 0.005,
  maxZoom: 2,
  proOptions: { hideAttribution: true },
} as const;
