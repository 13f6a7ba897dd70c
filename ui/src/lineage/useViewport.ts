// Moves the window over the graph. What changes the set of nodes is followed by a fit: the whole graph where its names
// can be read then, else the clicked node with what came. A window of another size, as when the details of the selection
// open beside it, is fitted again unless it was moved by hand. What the store changes by itself leaves it where it is.

import { useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useRef } from "react";
import type { Graph } from "./graph";
import { sizeOf } from "./looks";
import type { LayoutState } from "./useLayout";
import {
  type Fit,
  fittedView,
  isFitted,
  isInSight,
  type Place,
  rememberedFit,
  rememberedViewport,
  rememberFit,
  rememberViewport,
  stillThere,
  type Viewport,
  wholeView,
} from "./viewport";

/** How long a new size waits for its fit, milliseconds: the second click of a double click still meets its node. */
const REST = 300;

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

/** What the window was last set to, and for which positions. */
interface Last {
  readonly stamp?: string;
  readonly positions: LayoutState["positions"];
  readonly pending?: Pending | undefined;
  /** The last fit, kept by the window until it is moved by hand. */
  readonly fit?: Fit | undefined;
}

/** @returns a function that shows the whole graph. */
export function useViewport(asked: Asked, graph: Graph): () => void {
  const { layout, selected } = asked;
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const last = useRef<Last>({ positions: {} });
  const place: Place = { graph, positions: layout.positions, size: { width, height } };
  const keepFit = (fit: Fit | undefined) => {
    last.current = { ...last.current, fit };
    rememberFit(fit);
  };
  const show = (view: Viewport, isWhole = false) => {
    void flow.setViewport(view);
    keepFit({ isWhole, view: flow.getViewport(), size: place.size });
  };
  useEffect(() => {
    const { stamp, positions: before, fit } = last.current;
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
    const isAnew = pending && (isComplete || Object.keys(before).length === 0);
    const now = flow.getViewport();
    const old = isAnew ? pending.remembered : kept(now, before, layout.positions, selected ?? asked.anchor);
    if (old && isInSight(place, old)) {
      const from = isAnew ? rememberedFit() : fit;
      const isFit = isFitted(from, isAnew ? old : now);
      void flow.setViewport(old);
      keepFit(isFit ? { ...from, view: flow.getViewport() } : undefined);
    } else {
      const isThere = asked.anchor !== undefined && layout.positions[asked.anchor];
      const anchor = isThere ? asked.anchor : stillThere(before, layout.positions, now, place.size);
      show(fittedView(place, { ...asked, anchor, known: pending?.known }));
    }
  });
  useEffect(() => {
    if (last.current.pending || !width || !height) return;
    const { fit } = last.current;
    const isFit = isFitted(fit, flow.getViewport());
    if (selected) reveal(selected, graph, layout, flow);
    // A selection is an entry of the history by itself.
    if (last.current.positions === layout.positions) rememberViewport(flow.getViewport());
    last.current = { ...last.current, fit: isFit ? { ...fit, view: flow.getViewport() } : undefined };
    rememberFit(last.current.fit);
  }, [selected, graph, layout, flow, width, height]);
  const refit = () => {
    const { fit, pending } = last.current;
    if (pending || !isFitted(fit, flow.getViewport())) return;
    if (fit.size.width === width && fit.size.height === height) return;
    show(fit.isWhole ? wholeView(place) : fittedView(place, asked), fit.isWhole);
  };
  useAfterResize(refit, width, height);
  return () => show(wholeView(place), true);
}

/** Do something once the window has kept a new size for a moment. */
function useAfterResize(act: () => void, width: number, height: number): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another size begins the wait anew
  useEffect(() => {
    const timer = setTimeout(() => latest.current(), REST);
    return () => clearTimeout(timer);
  }, [width, height]);
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
