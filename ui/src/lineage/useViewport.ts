// Moves the window over the graph. What changes the set of nodes is followed by a fit: the whole graph where its names
// can be read then, else the clicked node with what came. What the store changes by itself leaves the window where it is.

import { useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useRef } from "react";
import type { Graph } from "./graph";
import { sizeOf } from "./looks";
import type { LayoutState } from "./useLayout";
import {
  fittedView,
  isInSight,
  rememberedViewport,
  rememberViewport,
  stillThere,
  type Viewport,
  wholeView,
} from "./viewport";

interface Asked {
  readonly layout: LayoutState;
  /** The graph that is to be drawn; its positions may not be there yet. */
  readonly wanted: Graph;
  readonly isLoading: boolean;
  /** What decides which nodes there are: another one is followed by a fit. */
  readonly stamp: string;
  readonly focus: string | undefined;
  /** The node that was clicked last; it stays in sight. */
  readonly anchor: string | undefined;
  readonly selected: string | undefined;
  readonly way: readonly string[];
}

/** A fit that waits for its positions. */
interface Pending {
  /** Where the window was when this entry of the history was left. */
  readonly remembered: Viewport | undefined;
  /** The nodes that were there before. */
  readonly known: ReadonlySet<string>;
}

/** @returns a function that shows the whole graph. */
export function useViewport(asked: Asked, graph: Graph): () => void {
  const { layout, selected } = asked;
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const last = useRef<{ stamp?: string; positions: LayoutState["positions"]; pending?: Pending | undefined }>({
    positions: {},
  });
  useEffect(() => {
    const { stamp, positions: before } = last.current;
    if (stamp !== asked.stamp) {
      const known = new Set(stamp === undefined ? [] : Object.keys(before));
      last.current = { ...last.current, stamp: asked.stamp, pending: { remembered: rememberedViewport(), known } };
    }
    if (!width || Object.keys(layout.positions).length === 0) return;
    const { pending } = last.current;
    const isComplete = !asked.isLoading && layout.graph === asked.wanted;
    const hasMoved = before !== layout.positions;
    if (!hasMoved && !(pending && isComplete)) return;
    last.current = { stamp: asked.stamp, positions: layout.positions, pending: isComplete ? undefined : pending };
    const place = { graph, positions: layout.positions, size: { width, height } };
    const seen = (view: Viewport | undefined) => (view && isInSight(place, view) ? view : undefined);
    const fitted = () => {
      const isThere = asked.anchor !== undefined && layout.positions[asked.anchor];
      const anchor = isThere ? asked.anchor : stillThere(before, layout.positions, flow.getViewport(), place.size);
      return fittedView(place, { ...asked, anchor, known: pending?.known });
    };
    if (pending && (isComplete || Object.keys(before).length === 0)) {
      void flow.setViewport(seen(pending.remembered) ?? fitted());
    } else {
      void flow.setViewport(
        seen(kept(flow.getViewport(), before, layout.positions, selected ?? asked.anchor)) ?? fitted(),
      );
    }
  });
  useEffect(() => {
    if (last.current.pending || !width || !height) return;
    if (selected) reveal(selected, graph, layout, flow);
    // A selection is an entry of the history by itself.
    if (last.current.positions === layout.positions) rememberViewport(flow.getViewport());
  }, [selected, graph, layout, flow, width, height]);
  return () => void flow.setViewport(wholeView({ graph, positions: layout.positions, size: { width, height } }));
}

/** The window moved with a node, which so stays where it is on the screen. */
function kept(
  view: Viewport,
  before: LayoutState["positions"],
  after: LayoutState["positions"],
  key: string | undefined,
): Viewport {
  const [from, to] = [before[key ?? ""], after[key ?? ""]];
  if (!from || !to) return view;
  const { x, y, zoom } = view;
  return { x: x + (from[0] - to[0]) * zoom, y: y + (from[1] - to[1]) * zoom, zoom };
}

/** Bring a node that was reached by key, search or table into the window. */
function reveal(key: string, graph: Graph, layout: LayoutState, flow: ReturnType<typeof useReactFlow>): void {
  const [position, node] = [layout.positions[key], graph.nodes.get(key)];
  const box = document.querySelector(".graph")?.getBoundingClientRect();
  if (!position || !node || !box) return;
  const { x, y, zoom } = flow.getViewport();
  const { width, height } = sizeOf(node);
  const [left, top] = [position[0] * zoom + x, position[1] * zoom + y];
  const isInside = left > 0 && top > 0 && left + width * zoom < box.width && top + height * zoom < box.height;
  if (!isInside) void flow.setCenter(position[0] + width / 2, position[1] + height / 2, { zoom });
}
