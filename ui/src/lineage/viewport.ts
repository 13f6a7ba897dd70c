// Which part of the graph the window shows at first, and after Back or a reload: the part that it showed before.

import { rememberedHere, rememberHere } from "../app/entryMemory";
import type { Positions } from "./boxes";
import { type Graph, neighbours } from "./graph";
import { boundsOf, sizeOf } from "./looks";

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

type Box = Size & { readonly x: number; readonly y: number };

// Below this, names cannot be read: the first view is then around the focus, and 0 shows all.
const READABLE = 0.6;
const LEAST = 0.04;
const MARGIN = 48;

/** The whole graph if its names can be read then, else the focus with as many of its neighbours as can be. */
export function firstView(graph: Graph, positions: Positions, focus: string | undefined, size: Size): Viewport {
  const whole = boundsOf(graph, positions);
  if (zoomTo(whole, size) >= READABLE) return centred(whole, size);
  const start = boxOf(graph, positions, focus ?? "");
  if (!start) return centred(whole, size);
  let shown = start;
  for (const key of nearest(graph, positions, focus ?? "")) {
    const wider = around(shown, boxOf(graph, positions, key) as Box);
    if (zoomTo(wider, size) >= READABLE) shown = wider;
  }
  return centred(shown, size);
}

/** The whole graph, however small. */
export function wholeView(graph: Graph, positions: Positions, size: Size): Viewport {
  return centred(boundsOf(graph, positions), size);
}

/** The neighbours of a node and theirs, those at its own height first. */
function nearest(graph: Graph, positions: Positions, focus: string): string[] {
  const [up, down] = [neighbours(graph, "up"), neighbours(graph, "down")];
  const next = (keys: readonly string[]) => keys.flatMap((key) => [...(up.get(key) ?? []), ...(down.get(key) ?? [])]);
  const first = next([focus]);
  const height = positions[focus]?.[1] ?? 0;
  const off = (key: string) => Math.abs((positions[key]?.[1] ?? 0) - height);
  const near = (keys: readonly string[]) =>
    [...new Set(keys)].filter((key) => positions[key]).sort((left, right) => off(left) - off(right));
  return [...near(first), ...near(next(first))].slice(0, 400);
}

function boxOf(graph: Graph, positions: Positions, key: string): Box | undefined {
  const [position, node] = [positions[key], graph.nodes.get(key)];
  return position && node && { x: position[0], y: position[1], ...sizeOf(node) };
}

function around(one: Box, other: Box): Box {
  const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
  const right = Math.max(one.x + one.width, other.x + other.width);
  const bottom = Math.max(one.y + one.height, other.y + other.height);
  return { x, y, width: right - x, height: bottom - y };
}

function zoomTo(box: Size, size: Size): number {
  return Math.min(1, (size.width - 2 * MARGIN) / box.width, (size.height - 2 * MARGIN) / box.height);
}

function centred(box: Box, size: Size): Viewport {
  const zoom = Math.max(LEAST, zoomTo(box, size));
  return {
    x: (size.width - box.width * zoom) / 2 - box.x * zoom,
    y: (size.height - box.height * zoom) / 2 - box.y * zoom,
    zoom,
  };
}

// Not in the address: a link opens at the focus, in a window of any size.
export function rememberViewport(viewport: Viewport): void {
  rememberHere("view", viewport);
}

export function rememberedViewport(): Viewport | undefined {
  return rememberedHere<Viewport>("view");
}
